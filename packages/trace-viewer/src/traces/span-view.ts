import type { StoredSpan } from '../store/stored-span.ts';
import { type Term, valueText } from '../store/term-dictionary.ts';
import type { AttributeView, SpanDetail } from '../wire/api.ts';

/** Characters of one value that the page gets; the OTLP copy has it all. */
const MAX_VALUE_LENGTH = 100_000;

/** @param isKnown whether a trace that a link names is here */
export function spanDetail(
  traceId: string,
  span: StoredSpan,
  isKnown: (traceId: string) => boolean,
): SpanDetail {
  const { name, version } = span.scope;
  return {
    id: span.spanId,
    traceId,
    parentId: span.parentSpanId,
    name: span.name.value as string,
    service: span.resource.service,
    kind: span.kind,
    startedAt: Number(span.start / 1000n) / 1000,
    duration: Math.max(0, Number(span.end - span.start)),
    ...(span.end < span.start && { endsBeforeStart: Number(span.start - span.end) }),
    status: span.status.code,
    statusMessage: span.status.message,
    traceState: span.traceState,
    scope: version === '' ? name : `${name} ${version}`,
    attributes: span.attributes.map(attributeView),
    resource: span.resource.attributes.map(attributeView),
    events: span.events.map((event) => ({
      name: event.name.value as string,
      offset: Number(event.time - span.start),
      attributes: event.attributes.map(attributeView),
    })),
    links: span.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      known: isKnown(link.traceId),
      attributes: Object.entries(link.attributes).map(([key, value]) => attributeView({ key, value })),
    })),
    dropped: span.droppedCounts,
  };
}

function attributeView({ key, value }: Pick<Term, 'key' | 'value'>): AttributeView {
  const text = valueText(value);
  const shown = text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
  return { key, value: shown, type: typeOf(value) };
}

function typeOf(value: Term['value']): AttributeView['type'] {
  if (value === null) return 'empty';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'object') return 'json';
  return typeof value === 'bigint' ? 'number' : (typeof value as 'string' | 'number' | 'boolean');
}
