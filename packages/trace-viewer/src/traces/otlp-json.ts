import type {
  ReceivedAttributes,
  ReceivedEvent,
  ReceivedLink,
  ReceivedSpan,
  ReceivedValue,
} from '../receiver/otlp-parts.ts';

/**
 * Spans as OTLP JSON: what the receiver takes, what the collector's file exporter writes and its receivers read.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 *
 * @returns an object for `JSON.stringify`; spans of one resource and scope stand together
 */
export function toOtlpJson(spans: readonly ReceivedSpan[]): { readonly resourceSpans: readonly unknown[] } {
  const byResource = Map.groupBy(spans, ({ resource }) => stableText(resource.attributes));
  return {
    resourceSpans: Array.from(byResource.values(), (ofResource) => ({
      resource: { attributes: keyValues((ofResource[0] as ReceivedSpan).resource.attributes) },
      scopeSpans: Array.from(
        Map.groupBy(
          ofResource,
          ({ instrumentationScope: { name, version } }) => `${name}\0${version}`,
        ).values(),
        (ofScope) => ({
          scope: (ofScope[0] as ReceivedSpan).instrumentationScope,
          spans: ofScope.map(spanJson),
        }),
      ),
    })),
  };
}

function spanJson(span: ReceivedSpan): unknown {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    ...(span.traceState !== '' && { traceState: span.traceState }),
    flags: span.flags,
    name: span.name,
    // OTLP begins with unspecified, the API with internal.
    kind: span.kind + 1,
    startTimeUnixNano: String(span.startTimeUnixNano),
    endTimeUnixNano: String(span.endTimeUnixNano),
    attributes: keyValues(span.attributes),
    events: span.events.map(eventJson),
    links: span.links.map(linkJson),
    status: { code: span.status.code, ...(span.status.message !== '' && { message: span.status.message }) },
    droppedAttributesCount: span.droppedCounts.attributes,
    droppedEventsCount: span.droppedCounts.events,
    droppedLinksCount: span.droppedCounts.links,
  };
}

function eventJson(event: ReceivedEvent): unknown {
  return {
    name: event.name,
    timeUnixNano: String(event.timeUnixNano),
    attributes: keyValues(event.attributes),
    droppedAttributesCount: event.droppedAttributesCount,
  };
}

function linkJson(link: ReceivedLink): unknown {
  return {
    traceId: link.traceId,
    spanId: link.spanId,
    ...(link.traceState !== '' && { traceState: link.traceState }),
    flags: link.flags,
    attributes: keyValues(link.attributes),
    droppedAttributesCount: link.droppedAttributesCount,
  };
}

function keyValues(attributes: ReceivedAttributes): unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: ReceivedValue): unknown {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { intValue: String(value) };
    return { doubleValue: Number.isFinite(value) ? value : String(value) };
  }
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value) } };
}

function stableText(attributes: ReceivedAttributes): string {
  return JSON.stringify(keyValues(attributes));
}
