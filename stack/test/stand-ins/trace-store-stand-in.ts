import type { ReceivedAttributes, ReceivedSpan, ReceivedValue } from '@uat/tracing-sdk/testing';
import { type HttpStandIn, NOT_FOUND, startHttpStandIn } from './http-stand-in.ts';

/**
 * Answers to a trace's id as Jaeger 2.20 or Tempo 3.0 does, each in its own dialect of OTLP's JSON.
 *
 * @param find the trace's spans; none for an unknown one
 */
export function startTraceStoreStandIn(
  store: 'jaeger' | 'tempo',
  find: (traceId: string) => readonly ReceivedSpan[] | Promise<readonly ReceivedSpan[]>,
): Promise<HttpStandIn> {
  const path =
    store === 'jaeger' ? /^\/api\/v3\/traces\/([0-9a-f]{32})$/ : /^\/api\/v2\/traces\/([0-9a-f]{32})$/;
  return startHttpStandIn(async (request) => {
    const traceId = path.exec(request.path)?.[1];
    if (request.method !== 'GET' || traceId === undefined) return NOT_FOUND;
    const spans = await find(traceId);
    if (store === 'jaeger') {
      if (spans.length > 0) return { body: { result: { resourceSpans: spans.map(jaegerResourceSpans) } } };
      return { status: 404, body: { error: { httpCode: 404, message: 'No traces found' } } };
    }
    // Tempo's v2 answers 200 to an unknown trace, and leaves it empty.
    return {
      body: { trace: spans.length > 0 ? { resourceSpans: spans.map(tempoResourceSpans) } : {}, metrics: {} },
    };
  });
}

/** Jaeger: numbers for enumerations, hexadecimal ids. The API's kinds are one lower than OTLP's. */
function jaegerResourceSpans(span: ReceivedSpan): object {
  return resourceSpans(span, {
    traceId: span.traceId,
    spanId: span.spanId,
    kind: span.kind + 1,
    status: { code: span.status.code, message: span.status.message },
  });
}

/** Tempo: names for enumerations, ids in base64. */
function tempoResourceSpans(span: ReceivedSpan): object {
  const kinds = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
  const codes = ['UNSET', 'OK', 'ERROR'];
  return resourceSpans(span, {
    traceId: Buffer.from(span.traceId, 'hex').toString('base64'),
    spanId: Buffer.from(span.spanId, 'hex').toString('base64'),
    kind: `SPAN_KIND_${kinds[span.kind]}`,
    status: { code: `STATUS_CODE_${codes[span.status.code]}`, message: span.status.message },
  });
}

function resourceSpans(span: ReceivedSpan, dialect: object): object {
  return {
    resource: { attributes: keyValues(span.resource.attributes) },
    scopeSpans: [
      {
        scope: { name: span.instrumentationScope.name },
        spans: [
          {
            ...dialect,
            name: span.name,
            startTimeUnixNano: String(span.startTimeUnixNano),
            endTimeUnixNano: String(span.endTimeUnixNano),
            attributes: keyValues(span.attributes),
            events: span.events.map((event) => ({
              name: event.name,
              timeUnixNano: String(event.timeUnixNano),
              attributes: keyValues(event.attributes),
            })),
          },
        ],
      },
    ],
  };
}

function keyValues(attributes: ReceivedAttributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: ReceivedValue): object {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint' || Number.isInteger(value)) return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: value };
  return { stringValue: String(value) };
}
