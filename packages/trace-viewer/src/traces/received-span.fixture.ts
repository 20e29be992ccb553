import type { ReceivedSpan } from '../receiver/otlp-parts.ts';

export interface SpanParts {
  readonly id: string;
  readonly parent?: string;
  readonly name?: string;
  readonly service?: string;
  /** Milliseconds since the trace's start. */
  readonly at?: number;
  /** Milliseconds. */
  readonly ms?: number;
  readonly kind?: number;
  readonly traceId?: string;
  readonly traceState?: string;
  readonly attributes?: ReceivedSpan['attributes'];
  /** Type and message of an exception; the span counts as failed. */
  readonly exception?: readonly [string, string];
  readonly failed?: boolean;
}

const START = 1_763_938_451_000_000_000n;

/** A received span of a trace that starts at a fixed time. */
export function receivedSpan(parts: SpanParts): ReceivedSpan {
  const { at = 0, ms = 1, exception, failed = exception !== undefined } = parts;
  const start = START + BigInt(Math.round(at * 1e6));
  return {
    traceId: parts.traceId ?? '0af7651916cd43dd8448eb211c80319c',
    spanId: parts.id.padStart(16, '0'),
    parentSpanId: parts.parent?.padStart(16, '0'),
    traceState: parts.traceState ?? '',
    flags: 1,
    name: parts.name ?? `span ${parts.id}`,
    kind: parts.kind ?? 0,
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(Math.round(ms * 1e6)),
    attributes: parts.attributes ?? {},
    events:
      exception === undefined
        ? []
        : [
            {
              name: 'exception',
              timeUnixNano: start,
              attributes: { 'exception.type': exception[0], 'exception.message': exception[1] },
              droppedAttributesCount: 0,
            },
          ],
    links: [],
    status: { code: failed ? 2 : 0, message: '' },
    droppedCounts: { attributes: 0, events: 0, links: 0 },
    resource: { attributes: { 'service.name': parts.service ?? 'checkout' } },
    instrumentationScope: { name: '', version: '' },
  };
}
