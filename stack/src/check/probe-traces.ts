import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  type HrTime,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { type PlantedSecret, plantSecrets, type SecretBearing } from './planted-secrets.ts';

export const CLIENT_SERVICE = 'stack-check-client';
export const SERVER_SERVICE = 'stack-check-server';

/** Each tail policy has one: a trace that only that policy is sure to keep, and one with secrets. */
export const PROBE_KINDS = ['ordinary', 'error', 'slow', 'secrets'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

export interface ProbeTrace {
  readonly kind: ProbeKind;
  readonly protocol: 'grpc' | 'http';
  /** 32 hex digits. */
  readonly traceId: string;
  /** A client span and the server span it calls, of two services. */
  readonly spans: readonly ReadableSpan[];
  /** What must not arrive. */
  readonly secrets: readonly PlantedSecret[];
}

/** Spans of one probe trace, and how many of them carry an error. */
export const SPANS_A_TRACE = 2;
export const KINDS_WITH_ERROR: readonly ProbeKind[] = ['error', 'secrets'];

/** Attributes that must arrive: what removes everything has removed no secrets. */
export const KIND_ATTRIBUTE = 'stack.check.kind';
export const TOKEN_COUNT_ATTRIBUTE = 'gen_ai.usage.input_tokens';
export const TOKEN_COUNT = 42;

/** Milliseconds; the tail policy `slow` keeps from 2 s on. The span says so: nobody waits for it. */
export const SLOW_MILLIS = 5000;
const ORDINARY_MILLIS = 40;

/**
 * The traces that a run sends by one protocol. The SDK cannot send them: it has one service name a process, and it takes
 * secrets out before they leave.
 *
 * @param now milliseconds since 1970: when the spans end.
 */
export function createProbeTraces(protocol: 'grpc' | 'http', now: number = Date.now()): ProbeTrace[] {
  return PROBE_KINDS.map((kind) => createProbeTrace(kind, protocol, now));
}

function createProbeTrace(kind: ProbeKind, protocol: 'grpc' | 'http', now: number): ProbeTrace {
  const traceId = randomBytes(16).toString('hex');
  const planted = kind === 'secrets' ? plantSecrets(`GET /check/${kind}`) : undefined;
  const millis = kind === 'slow' ? SLOW_MILLIS : ORDINARY_MILLIS;
  const attributes: Attributes = {
    [KIND_ATTRIBUTE]: kind,
    [TOKEN_COUNT_ATTRIBUTE]: TOKEN_COUNT,
    'network.protocol.name': protocol,
    // Kept whatever the baseline is: a secret that sampling took away was not removed.
    ...(kind === 'secrets' ? { 'sampling.force': true } : {}),
    ...planted?.spanAttributes,
  };
  const client = createContext(traceId);
  const common = { kind, planted, attributes };
  const spans = [
    createSpan(common, CLIENT_SERVICE, client, undefined, now - millis, now),
    createSpan(common, SERVER_SERVICE, createContext(traceId), client, now - millis + 5, now - 5),
  ];
  return { kind, protocol, traceId, spans, secrets: planted?.secrets ?? [] };
}

function createContext(traceId: string): SpanContext {
  return { traceId, spanId: randomBytes(8).toString('hex'), traceFlags: TraceFlags.SAMPLED };
}

interface Common {
  readonly kind: ProbeKind;
  readonly planted: SecretBearing | undefined;
  readonly attributes: Attributes;
}

function createSpan(
  { kind, planted, attributes }: Common,
  service: string,
  context: SpanContext,
  parent: SpanContext | undefined,
  start: number,
  end: number,
): ReadableSpan {
  const exception = { 'exception.type': 'Error', 'exception.message': planted?.exceptionMessage ?? 'broken' };
  const failed = KINDS_WITH_ERROR.includes(kind);
  return {
    name: planted?.spanName ?? `GET /check/${kind}`,
    kind: parent === undefined ? SpanKind.CLIENT : SpanKind.SERVER,
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: { ...parent, isRemote: true } }),
    startTime: hrTime(start),
    endTime: hrTime(end),
    duration: hrTime(end - start),
    status: failed
      ? { code: SpanStatusCode.ERROR, message: planted?.statusMessage ?? 'broken on purpose' }
      : { code: SpanStatusCode.UNSET },
    attributes,
    links: [],
    events: failed ? [{ name: 'exception', time: hrTime(end), attributes: exception }] : [],
    ended: true,
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'stack-check',
      ...planted?.resourceAttributes,
    }),
    instrumentationScope: { name: 'stack-check' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
}
