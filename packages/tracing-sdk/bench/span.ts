/** What one span costs the thread that makes it: kept, dropped, and with encoding and sending included. */
import { runApp } from './child.ts';
import { interleave } from './interleave.ts';
import { startSink } from './loopback-sink.ts';
import { peerEnvironment, peerFile, peerFolder } from './peers.ts';
import { atMost, format, type Section } from './section.ts';
import { type Summary, summarize } from './statistics.ts';

type Side = 'uat' | 'sdk-trace';

interface Case {
  readonly side: Side;
  readonly label: string;
  readonly ratio: number;
  readonly exporter: 'noop' | 'otlp';
  readonly env?: Readonly<Record<string, string>>;
}

interface Sample {
  readonly made: number;
  readonly recording: number;
  readonly arrived: number | undefined;
  readonly loopNanos: number;
  readonly wallNanos: number;
  readonly cpuNanos: number;
}

const OURS = '@uat/tracing-sdk';
const STOCK = 'sdk-trace + BatchSpanProcessor';
const GZIP = { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' };
const PLAIN = { OTEL_EXPORTER_OTLP_COMPRESSION: 'none' };

const KEPT: Case[] = [
  { side: 'uat', label: OURS, ratio: 1, exporter: 'noop' },
  {
    side: 'uat',
    label: `${OURS}, redaction off`,
    ratio: 1,
    exporter: 'noop',
    env: { BENCH_REDACTION: 'off' },
  },
  { side: 'sdk-trace', label: STOCK, ratio: 1, exporter: 'noop' },
];
const DROPPED: Case[] = [
  { side: 'uat', label: `${OURS}, production, sampleRatio 0`, ratio: 0, exporter: 'noop' },
  { side: 'sdk-trace', label: `${STOCK}, ParentBased(TraceIdRatio 0)`, ratio: 0, exporter: 'noop' },
];
const MIXED: Case[] = [
  { side: 'uat', label: `${OURS}, production (10 % kept)`, ratio: 0.1, exporter: 'noop' },
  { side: 'sdk-trace', label: `${STOCK}, ParentBased(TraceIdRatio 0.1)`, ratio: 0.1, exporter: 'noop' },
];
const SENT: Case[] = [
  { side: 'uat', label: `${OURS}, gzip (our default)`, ratio: 1, exporter: 'otlp', env: GZIP },
  { side: 'uat', label: `${OURS}, no compression`, ratio: 1, exporter: 'otlp', env: PLAIN },
  { side: 'sdk-trace', label: `${STOCK}, gzip`, ratio: 1, exporter: 'otlp', env: GZIP },
  {
    side: 'sdk-trace',
    label: `${STOCK}, no compression (its default)`,
    ratio: 1,
    exporter: 'otlp',
    env: PLAIN,
  },
];

async function measure({ side, ratio, exporter, env }: Case, spans: number): Promise<Sample> {
  const sink = exporter === 'otlp' ? await startSink({ core: 1, limitMillis: 120_000 }) : undefined;
  try {
    const report = await runApp(
      {
        args: [peerFile(side, 'span.mjs')],
        cwd: peerFolder(side),
        core: 0,
        limitMillis: 120_000,
        env: {
          ...peerEnvironment(side, sink?.url ?? 'http://127.0.0.1:9'),
          BENCH_CASE: exporter,
          BENCH_RATIO: String(ratio),
          BENCH_SPANS: String(spans),
          ...env,
        },
      },
      'spans',
    );
    return { ...(report as unknown as Sample), arrived: await arrivals(report, sink, spans) };
  } finally {
    await sink?.stop();
  }
}

/** Of the spans made in the measured part. The sink has also got the warm-up, a quarter in whole chunks of 1,024. */
async function arrivals(
  report: Readonly<Record<string, unknown>>,
  sink: Awaited<ReturnType<typeof startSink>> | undefined,
  spans: number,
): Promise<number | undefined> {
  if (sink === undefined) return report.exported as number | undefined;
  const warmUp = Math.ceil(Math.ceil(spans / 4) / 1024) * 1024;
  return (await sink.count()).spans - warmUp;
}

export const span: Section = {
  name: 'span',
  title: 'Span: start + end with ten attributes given at start',
  peers: ['uat', 'sdk-trace'],
  async run(bench) {
    const { quick } = bench.options;
    const rounds = quick ? 3 : 7;
    const spans = quick ? 100_000 : 300_000;
    const present = bench.peers(this.peers);
    const cases = [...KEPT, ...DROPPED, ...MIXED, ...SENT].filter(({ side }) => present.includes(side));
    const samples = await interleave(rounds, cases, (one, round) => {
      if (one === cases[0]) bench.progress(`span: round ${round + 1} of ${rounds}`);
      return measure(one, one.exporter === 'otlp' ? spans / 2 : spans);
    });
    const figure = (one: Case, name: 'loopNanos' | 'wallNanos' | 'cpuNanos'): Summary | undefined => {
      const taken = samples.get(one);
      return taken && summarize(taken.map((sample) => sample[name]));
    };
    const ratio = (ours: Case, stock: Case, name: 'wallNanos' | 'cpuNanos' | 'loopNanos') => {
      const [a, b] = [figure(ours, name), figure(stock, name)];
      return a && b && a.median / b.median;
    };
    const lost = (one: Case): number =>
      Math.max(
        0,
        ...(samples.get(one) ?? []).map(({ recording, arrived }) => recording - (arrived ?? recording)),
      );

    const table = (title: string, group: readonly Case[], main: 'wallNanos' | 'cpuNanos') => ({
      title,
      columns: [
        'ns a span',
        main === 'cpuNanos' ? 'CPU' : 'all',
        'min',
        'max',
        'to ours',
        // In a process that waits for the sink every 1,024 spans it says more about cold caches than about us.
        ...(main === 'cpuNanos' ? [] : ['start + end alone']),
        'lost',
      ],
      rows: group
        .filter((one) => samples.has(one))
        .map((one) => {
          const { median, min, max } = figure(one, main)!;
          const ours = figure(group[0]!, main);
          return [
            one.label,
            format(median),
            format(min),
            format(max),
            ours ? `${format(median / ours.median)} x` : '-',
            ...(main === 'cpuNanos' ? [] : [format(figure(one, 'loopNanos')!.median)]),
            format(lost(one)),
          ];
        }),
    });
    const lostAnywhere = cases.filter((one) => lost(one) > 0);
    return {
      tables: [
        table('Kept, to an exporter that accepts and throws away', KEPT, 'wallNanos'),
        table('Dropped: a root that the sampler turns down', DROPPED, 'wallNanos'),
        table('Nine in ten dropped', MIXED, 'wallNanos'),
        table('Kept, encoded and sent to a loopback sink (OTLP http/protobuf)', SENT, 'cpuNanos'),
      ],
      verdicts: [
        ...atMost('kept: at most 0.8 of the stock', ratio(KEPT[0]!, KEPT[2]!, 'wallNanos'), 0.8, ' x'),
        ...atMost(
          'dropped: at most 0.5 of the stock',
          ratio(DROPPED[0]!, DROPPED[1]!, 'wallNanos'),
          0.5,
          ' x',
        ),
        {
          goal: 'no span lost on either side, or the comparison is void',
          measured:
            lostAnywhere.length === 0 ? 'none lost' : lostAnywhere.map(({ label }) => label).join('; '),
          met: lostAnywhere.length === 0,
        },
      ],
      notes: [
        `Median of ${rounds} processes a case, ${spans.toLocaleString('en-US')} spans each after a warm-up of a quarter. "all" is the wall time of the loop with the turns in which the processor hands its batches on (every 256 spans); our masking of secrets runs there and is on.`,
        'Both sides are ESM with the AsyncLocalStorage context manager set; the stock CommonJS build is 2 to 4 times slower. The goal for a dropped span is judged at ratio 0, where every span is a dropped one.',
        'Sent: 1,024 spans, then a flush, so that no queue overflows; CPU time of the whole process, compression threads included.',
      ],
      figures: cases.map((one) => ({ ...one, samples: samples.get(one) })),
    };
  },
};
