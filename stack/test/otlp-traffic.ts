import { createHash, randomBytes } from 'node:crypto';

type Value = string | number | boolean;

/** A span to send as it is: nothing of an SDK has looked at it. */
export interface RawSpan {
  readonly name?: string;
  readonly traceId?: string;
  readonly parentSpanId?: string;
  /** Default 20. */
  readonly durationMillis?: number;
  /** OTLP's number: 2 is an error. */
  readonly statusCode?: number;
  readonly statusMessage?: string;
  readonly attributes?: Readonly<Record<string, Value>>;
  readonly events?: readonly RawEvent[];
  readonly links?: readonly {
    readonly attributes: Readonly<Record<string, Value>>;
    readonly traceState?: string;
  }[];
  readonly traceState?: string;
}

export interface RawEvent {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, Value>>;
}

export interface RawSource {
  readonly resource?: Readonly<Record<string, Value>>;
  readonly scope?: {
    readonly name: string;
    readonly version?: string;
    readonly attributes?: Readonly<Record<string, Value>>;
  };
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

/** @returns trace ids that look random and are the same in each run: whom a sampler keeps is then the same as well */
export function fixedTraceIds(label: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    createHash('sha256').update(`${label} ${index}`).digest('hex').slice(0, 32),
  );
}

/**
 * Sends spans in one request of OTLP/HTTP in JSON.
 *
 * @param url of the collector, such as `http://10.77.1.2:4318`
 * @throws Error when the collector does not take all of them
 */
export async function sendSpans(
  url: string,
  spans: readonly RawSpan[],
  source: RawSource = {},
): Promise<void> {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(requestOf(spans, source)),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  const rejected = response.ok ? Number(JSON.parse(text).partialSuccess?.rejectedSpans ?? 0) : spans.length;
  if (rejected > 0)
    throw new Error(`${rejected} of ${spans.length} spans refused: ${response.status} ${text}`);
}

/** Sends one gauge of value 1. @param timeMillis when it was measured, default now */
export async function sendMetric(
  url: string,
  name: string,
  attributes: Readonly<Record<string, Value>>,
  timeMillis = Date.now(),
): Promise<void> {
  const dataPoint = {
    timeUnixNano: String(BigInt(timeMillis) * 1_000_000n),
    asDouble: 1,
    attributes: keyValues(attributes),
  };
  const response = await fetch(`${url}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceMetrics: [
        {
          resource: { attributes: keyValues({ 'service.name': 'raw' }) },
          scopeMetrics: [{ scope: { name: 'raw' }, metrics: [{ name, gauge: { dataPoints: [dataPoint] } }] }],
        },
      ],
    }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`metric refused: ${response.status} ${text}`);
}

function requestOf(spans: readonly RawSpan[], { resource = {}, scope = { name: 'raw' } }: RawSource): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: keyValues({ 'service.name': 'raw', ...resource }) },
        scopeSpans: [
          { scope: { ...scope, attributes: keyValues(scope.attributes) }, spans: spans.map(spanOf) },
        ],
      },
    ],
  };
}

function spanOf(span: RawSpan): object {
  const end = BigInt(Date.now()) * 1_000_000n;
  const start = end - BigInt(Math.round((span.durationMillis ?? 20) * 1e6));
  return {
    traceId: span.traceId ?? newTraceId(),
    spanId: randomBytes(8).toString('hex'),
    parentSpanId: span.parentSpanId ?? '',
    traceState: span.traceState ?? '',
    name: span.name ?? 'GET /raw',
    kind: 2,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    attributes: keyValues(span.attributes),
    events: (span.events ?? []).map(({ name, attributes }) => ({
      name,
      timeUnixNano: String(start),
      attributes: keyValues(attributes),
    })),
    links: (span.links ?? []).map(({ attributes, traceState = '' }) => ({
      traceId: newTraceId(),
      spanId: randomBytes(8).toString('hex'),
      traceState,
      attributes: keyValues(attributes),
    })),
    status: { code: span.statusCode ?? 0, message: span.statusMessage ?? '' },
  };
}

function keyValues(attributes: Readonly<Record<string, Value>> = {}): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Value): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
