export interface Threshold {
  readonly value: number;
  readonly unit: string;
  readonly reason: string;
}

const threshold = (value: number, unit: string, reason: string): Threshold => ({ value, unit, reason });

const MIB = 1024 ** 2;

/** Every number that decides whether an alert fires. Change it here; rules, tests and runbooks follow. */
export const THRESHOLDS = {
  errorBudget: threshold(
    0.001,
    'of all requests',
    'The objective is that 99.9 % succeed; a service may fail the rest.',
  ),
  fastBurn: threshold(
    14.4,
    'times the budget',
    'An hour of it uses 2 % of the budget of 30 days (SRE Workbook, table 5-8).',
  ),
  steadyBurn: threshold(
    6,
    'times the budget',
    'Six hours of it use 5 % of the budget of 30 days (SRE Workbook, table 5-8).',
  ),
  slowBurn: threshold(
    1,
    'times the budget',
    'Three days of it use 10 % of the budget of 30 days (SRE Workbook, table 5-8).',
  ),
  failedRequests: threshold(
    10,
    'failed requests in the long window',
    'With fewer, one unlucky request of a quiet service is a high ratio.',
  ),
  slowRequests: threshold(
    10,
    's, of 95 % of the requests',
    'Nobody waits longer for an answer; generation by a model may take most of it.',
  ),
  slowerThanUsual: threshold(
    2,
    'times the p95 of the day before',
    'Twice is more than a day brings by itself.',
  ),
  slowerThanUsualFloor: threshold(0.25, 's', 'Below, twice as slow is nothing that people feel.'),
  requestsForLatency: threshold(
    0.1,
    'requests a second',
    'A p95 of fewer than 30 requests in 5 minutes is the slowest of them.',
  ),
  usualTraffic: threshold(0.05, 'requests a second', 'A service with less has pauses of minutes anyway.'),
  sdkQueue: threshold(
    0.8,
    'of the queue',
    'The rest fills within a second or two under load, then spans are lost.',
  ),

  collectorQueue: threshold(
    0.8,
    'of the queue',
    'What comes when it is full makes senders wait, and then lose spans.',
  ),
  collectorMemory: threshold(
    0.9 * 512 * MIB,
    'bytes',
    '90 % of the memory limit of the reference stack (512 MiB); the limiter refuses from 80 % of it.',
  ),
  decisionTime: threshold(
    1000,
    'ms, 99 % of the rounds',
    'There is a round a second: decisions that take longer come later and later.',
  ),

  jaegerReadErrors: threshold(0.05, 'of the reads', 'More than single reads that time out.'),
  jaegerReadTime: threshold(5, 's, of 99 % of the reads', 'People give up a search after that.'),
  tempoRequestErrors: threshold(0.05, 'of the requests', 'More than single queries that are too large.'),
  tempoFailures: threshold(2, 'in an hour', 'One is tried again and gets through.'),
  tempoWorkQueue: threshold(0.8, 'of the queue', 'Queries are refused when it is full.'),
  tempoNotCounted: threshold(0.05, 'of the spans', 'More makes the kept ratio wrong.'),

  ruleTime: threshold(0.8, 'of the interval', 'A round that takes longer than its interval is left out.'),
  prometheusDisk: threshold(
    1.1,
    'of the retention size',
    'Old blocks go at 1: more means that they cannot be deleted.',
  ),
  failedNotifications: threshold(0.01, 'of the notifications', 'Retries get single failures through.'),

  qdrantErrors: threshold(0.01, 'of the requests', 'A healthy server answers none with 5xx.'),
  qdrantSearch: threshold(
    0.5,
    's, of 99 % of the searches',
    'An index in memory answers within milliseconds; half a second means that it reads from disk or has no index.',
  ),
  qdrantUpdateQueue: threshold(1000, 'updates', 'More than a burst: the writers are faster than the server.'),
  qdrantUnindexed: threshold(
    0.2,
    'of the points',
    'Searches with indexed_only leave them out, others scan them.',
  ),
  qdrantFiles: threshold(0.8, 'of the limit', 'At the limit, segments cannot be opened and writes fail.'),
  qdrantPageFaults: threshold(100, 'a second', 'Each is a read from disk that a search waits for.'),
  qdrantMemory: threshold(
    0.85 * 1024 * MIB,
    'bytes',
    '85 % of the memory limit of the reference stack (1 GiB): the optimizer needs room to rebuild a segment.',
  ),
  qdrantConsensusAge: threshold(300, 's', 'Peers talk every second.'),
  qdrantCommitLag: threshold(10, 'entries', 'A peer that follows is one or two behind.'),
  qdrantElections: threshold(
    3,
    'in 15 minutes',
    'A restart takes one; more is a network that comes and goes.',
  ),
  clientErrors: threshold(0.05, 'of the calls', 'More than calls for what is not there.'),
  clientSearch: threshold(1, 's, of 95 % of the searches', 'Twice what the server may take.'),
} as const satisfies Readonly<Record<string, Threshold>>;

export type ThresholdName = keyof typeof THRESHOLDS;

/** The number, for an expression. */
export function limit(name: ThresholdName): number {
  return THRESHOLDS[name].value;
}
