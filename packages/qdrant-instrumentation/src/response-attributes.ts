/** Attributes from an answer: how many points came back, between which scores, what the server says it took. */
import type { Attributes } from '@opentelemetry/api';
import type { ResultKind } from './operations.ts';
import {
  ATTR_DB_RESPONSE_RETURNED_ROWS,
  ATTR_INFERENCE_MODELS,
  ATTR_INFERENCE_TOKENS,
  ATTR_SCORE_MAX,
  ATTR_SCORE_MIN,
  ATTR_SERVER_DURATION,
  ATTR_UPDATE_STATUS,
  ATTR_USAGE_PREFIX,
} from './semconv.ts';

/** What an answer holds beside its result, over REST and gRPC. Its parts are the client's own objects, free of getters. */
export interface Answer {
  readonly result?: unknown;
  readonly time?: unknown;
  readonly usage?: unknown;
}

interface Point {
  readonly score?: unknown;
}
interface Holder {
  readonly points?: unknown;
  readonly groups?: unknown;
  readonly hits?: unknown;
  readonly pairs?: unknown;
  readonly scores?: unknown;
  readonly result?: unknown;
  readonly status?: unknown;
}

/** `result` is not always `answer.result`: over gRPC a facet's `hits` stand in the message itself. */
export function responseAttributes(
  kind: ResultKind,
  result: unknown,
  answer: Answer | undefined,
  attributes: Attributes,
): void {
  if (answer !== undefined && answer !== null) {
    if (typeof answer.time === 'number') attributes[ATTR_SERVER_DURATION] = answer.time;
    if (answer.usage) usageAttributes(answer.usage as Usage, attributes);
  }
  if (kind === 'plain' || typeof result !== 'object' || result === null) return;
  if (kind === 'update') updateStatus([result], attributes);
  else if (kind === 'update-batch') updateStatus(result, attributes);
  else rowAttributes(kind, result as Holder, attributes);
}

function rowAttributes(kind: ResultKind, result: Holder, attributes: Attributes): void {
  const found: Found = { rows: 0, lowest: Number.POSITIVE_INFINITY, highest: Number.NEGATIVE_INFINITY };
  let known = true;
  switch (kind) {
    case 'point':
      found.rows = 1;
      break;
    case 'list':
      known = addPoints(result, found);
      break;
    case 'points':
      known = addPoints(result.points, found);
      break;
    case 'hits':
      known = addPoints(result.hits, found);
      break;
    case 'pairs':
      known = addPoints(result.pairs, found);
      break;
    case 'offsets':
      known = addScores(result.scores, found);
      break;
    case 'groups':
      known = addEach(result.groups, 'hits', found);
      break;
    case 'points-batch':
      known = addEach(result, 'points', found);
      break;
    case 'list-batch':
      known = addEach(result, 'result', found);
      break;
  }
  if (!known) return;
  attributes[ATTR_DB_RESPONSE_RETURNED_ROWS] = found.rows;
  if (found.lowest <= found.highest) {
    attributes[ATTR_SCORE_MIN] = found.lowest;
    attributes[ATTR_SCORE_MAX] = found.highest;
  }
}

interface Found {
  rows: number;
  lowest: number;
  highest: number;
}

function addPoints(points: unknown, found: Found): boolean {
  if (!Array.isArray(points)) return false;
  found.rows += points.length;
  for (let at = 0; at < points.length; at++) addScore((points[at] as Point | null)?.score, found);
  return true;
}

function addScores(scores: unknown, found: Found): boolean {
  if (!Array.isArray(scores)) return false;
  found.rows += scores.length;
  for (let at = 0; at < scores.length; at++) addScore(scores[at], found);
  return true;
}

function addScore(score: unknown, found: Found): void {
  if (typeof score !== 'number') return;
  if (score < found.lowest) found.lowest = score;
  if (score > found.highest) found.highest = score;
}

/** `[{ points }]` over REST, `[{ result }]` over gRPC, plain lists in older clients. */
function addEach(list: unknown, key: 'points' | 'hits' | 'result', found: Found): boolean {
  if (!Array.isArray(list)) return false;
  let known = list.length === 0;
  for (let at = 0; at < list.length; at++) {
    const one = list[at] as Holder | null;
    if (addPoints(Array.isArray(one) ? one : one?.[key], found)) known = true;
  }
  return known;
}

/** Of several, the one that needs attention. */
function updateStatus(updates: unknown, attributes: Attributes): void {
  if (!Array.isArray(updates)) return;
  let status: string | undefined;
  for (let at = 0; at < updates.length; at++) {
    const one = statusName((updates[at] as Holder | null)?.status);
    if (one !== undefined && (status === undefined || rank(one) > rank(status))) status = one;
  }
  if (status !== undefined) attributes[ATTR_UPDATE_STATUS] = status;
}

const UPDATE_STATUSES = ['completed', 'acknowledged', 'clock_rejected', 'wait_timeout'];
/** Numbers of the protocol's enum UpdateStatus. */
const GRPC_UPDATE_STATUSES = [undefined, 'acknowledged', 'completed', 'clock_rejected', 'wait_timeout'];

function statusName(status: unknown): string | undefined {
  if (typeof status === 'number') return GRPC_UPDATE_STATUSES[status];
  return UPDATE_STATUSES.includes(status as string) ? (status as string) : undefined;
}

function rank(status: string): number {
  return UPDATE_STATUSES.indexOf(status);
}

interface Usage {
  readonly hardware?: Readonly<Record<string, unknown>> | null;
  readonly inference?: {
    readonly models?: Readonly<Record<string, { tokens?: unknown } | null>> | null;
  } | null;
}

/** REST's name of each counter, and gRPC's. */
const HARDWARE = [
  ['cpu', 'cpu'],
  ['payload_io_read', 'payloadIoRead'],
  ['payload_io_write', 'payloadIoWrite'],
  ['payload_index_io_read', 'payloadIndexIoRead'],
  ['payload_index_io_write', 'payloadIndexIoWrite'],
  ['vector_io_read', 'vectorIoRead'],
  ['vector_io_write', 'vectorIoWrite'],
] as const;

function usageAttributes({ hardware, inference }: Usage, attributes: Attributes): void {
  if (hardware) {
    for (const [rest, grpc] of HARDWARE) {
      const value = hardware[rest] ?? hardware[grpc];
      if (isCount(value)) attributes[ATTR_USAGE_PREFIX + rest] = Number(value);
    }
  }
  const models = inference?.models;
  if (!models) return;
  let tokens = 0;
  for (const model of Object.values(models)) {
    if (isCount(model?.tokens)) tokens += Number(model.tokens);
  }
  attributes[ATTR_INFERENCE_MODELS] = Object.keys(models);
  attributes[ATTR_INFERENCE_TOKENS] = tokens;
}

function isCount(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
