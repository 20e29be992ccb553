import type { Attributes, Link, SpanStatus } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '../otel-contract.ts';

export interface FinishedSpanParts {
  readonly name?: string;
  readonly attributes?: Attributes;
  readonly resourceAttributes?: Attributes;
  readonly events?: TimedEvent[];
  readonly links?: Link[];
  readonly status?: SpanStatus;
}

/** A finished, sampled span as a processor gets it; for tests of what happens to spans after their end. */
export function finishedSpan(parts: FinishedSpanParts = {}): ReadableSpan {
  const spanContext = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
  };
  return {
    name: parts.name ?? 'a span',
    kind: 0,
    spanContext: () => spanContext,
    startTime: [1_700_000_000, 0],
    endTime: [1_700_000_000, 5_000_000],
    duration: [0, 5_000_000],
    status: parts.status ?? { code: 0 },
    attributes: parts.attributes ?? {},
    links: parts.links ?? [],
    events: parts.events ?? [],
    ended: true,
    resource: { attributes: parts.resourceAttributes ?? { 'service.name': 'a service' } },
    instrumentationScope: { name: 'a scope' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
