import type { ReceivedLink, ReceivedSpan } from '../receiver/otlp-parts.ts';
import { serviceOf } from '../traces/span-tree.ts';
import { type Term, type TermDictionary, valueText } from './term-dictionary.ts';

/** A span as it is held: attributes as terms, resources shared, nothing twice. */
export interface StoredSpan {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceState: string;
  readonly flags: number;
  /** A term of its own, without key, so that it is found like a value. */
  readonly name: Term;
  readonly kind: ReceivedSpan['kind'];
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  /** Nanoseconds since 1970. */
  readonly end: bigint;
  readonly attributes: readonly Term[];
  readonly events: readonly StoredEvent[];
  readonly links: readonly ReceivedLink[];
  readonly status: ReceivedSpan['status'];
  readonly droppedCounts: ReceivedSpan['droppedCounts'];
  readonly resource: StoredResource;
  readonly scope: StoredScope;
  /** Estimated, without the terms, the resource and the scope. */
  readonly bytes: number;
}

export interface StoredEvent {
  readonly name: Term;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly attributes: readonly Term[];
  readonly droppedAttributesCount: number;
}

export interface StoredResource {
  readonly service: string;
  readonly attributes: readonly Term[];
  /** Estimated, without the terms. */
  readonly bytes: number;
  /** Spans that have it. */
  refs: number;
}

export interface StoredScope {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
  refs: number;
}

export interface SpanCompressor {
  compress(span: ReceivedSpan): StoredSpan;
  /** Gives back what the span shared with others. */
  release(span: StoredSpan): void;
  /** Estimated bytes of the resources and scopes that spans share, without the terms. */
  readonly sharedBytes: number;
}

const NAME_KEY = '';
const NO_EVENTS: readonly StoredEvent[] = Object.freeze([]);
const NO_LINKS: readonly ReceivedLink[] = Object.freeze([]);
const NOTHING_DROPPED = Object.freeze({ attributes: 0, events: 0, links: 0 });
const STATUSES = [0, 1, 2].map((code) => Object.freeze({ code, message: '' })) as ReceivedSpan['status'][];
/** Bytes, measured as heap a span in the benchmark: object, two big integers, identifiers, entry in its trace. */
const SPAN_BYTES = 430;
const EVENT_BYTES = 120;
const REFERENCE_BYTES = 8;
/** Bytes of a resource or scope besides its text: object, map entry. */
const SHARED_BYTES = 200;

export function createSpanCompressor(terms: TermDictionary): SpanCompressor {
  /** By the identities of their terms: each request brings its own copy of the same resource. */
  const resources = new Map<string, StoredResource>();
  const keys = new WeakMap<StoredResource, string>();
  const scopes = new Map<string, StoredScope>();
  let sharedBytes = 0;
  let lastReceived: ReceivedSpan['resource'] | undefined;
  let lastStored: StoredResource | undefined;

  const shareResource = (span: ReceivedSpan): StoredResource => {
    // All spans of a request mostly have the same one.
    if (span.resource === lastReceived && lastStored !== undefined && lastStored.refs > 0) return lastStored;
    const { attributes } = span.resource;
    const key = JSON.stringify(
      Object.keys(attributes).map((name) => [
        name,
        typeof attributes[name],
        valueText(attributes[name] ?? null),
      ]),
    );
    let resource = resources.get(key);
    if (resource === undefined) {
      const bytes = SHARED_BYTES + 2 * key.length;
      resource = { service: serviceOf(span), attributes: terms.takeAll(attributes), bytes, refs: 0 };
      sharedBytes += bytes;
      resources.set(key, resource);
      keys.set(resource, key);
    }
    lastReceived = span.resource;
    lastStored = resource;
    return resource;
  };

  const shareScope = ({ name, version }: ReceivedSpan['instrumentationScope']) => {
    const key = `${name}\0${version}`;
    let scope = scopes.get(key);
    if (scope === undefined) {
      // Its text is in the key once more.
      scope = { name, version, bytes: SHARED_BYTES + 4 * key.length, refs: 0 };
      sharedBytes += scope.bytes;
      scopes.set(key, scope);
    }
    scope.refs++;
    return scope;
  };
  const releaseScope = (scope: StoredScope): void => {
    if (--scope.refs > 0) return;
    sharedBytes -= scope.bytes;
    scopes.delete(`${scope.name}\0${scope.version}`);
  };

  return {
    compress(span) {
      const resource = shareResource(span);
      resource.refs++;
      const attributes = terms.takeAll(span.attributes);
      const events =
        span.events.length === 0
          ? NO_EVENTS
          : span.events.map((event) => ({
              name: terms.take(NAME_KEY, event.name),
              time: event.timeUnixNano,
              attributes: terms.takeAll(event.attributes),
              droppedAttributesCount: event.droppedAttributesCount,
            }));
      const { code, message } = span.status;
      const { droppedCounts } = span;
      const dropped = droppedCounts.attributes + droppedCounts.events + droppedCounts.links > 0;
      return {
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        traceState: span.traceState,
        flags: span.flags,
        name: terms.take(NAME_KEY, span.name),
        kind: span.kind,
        start: span.startTimeUnixNano,
        end: span.endTimeUnixNano,
        attributes,
        events,
        links: span.links.length === 0 ? NO_LINKS : span.links,
        status: message === '' ? (STATUSES[code] as ReceivedSpan['status']) : span.status,
        droppedCounts: dropped ? droppedCounts : NOTHING_DROPPED,
        resource,
        scope: shareScope(span.instrumentationScope),
        bytes: bytesOf(span, events),
      };
    },
    release(span) {
      terms.release(span.name);
      for (const term of span.attributes) terms.release(term);
      for (const event of span.events) {
        terms.release(event.name);
        for (const term of event.attributes) terms.release(term);
      }
      releaseScope(span.scope);
      const { resource } = span;
      if (--resource.refs > 0) return;
      sharedBytes -= resource.bytes;
      for (const term of resource.attributes) terms.release(term);
      const key = keys.get(resource);
      if (key !== undefined && resources.get(key) === resource) resources.delete(key);
    },
    get sharedBytes() {
      return sharedBytes;
    },
  };
}

function bytesOf(span: ReceivedSpan, events: readonly StoredEvent[]): number {
  let bytes = SPAN_BYTES + 2 * (span.traceState.length + span.status.message.length);
  bytes += Object.keys(span.attributes).length * REFERENCE_BYTES;
  for (const event of events) bytes += EVENT_BYTES + event.attributes.length * REFERENCE_BYTES;
  for (const link of span.links) {
    bytes += 250 + (link.traceState?.length ?? 0);
    // They are held as they came, not as terms.
    for (const [key, value] of Object.entries(link.attributes))
      bytes += 100 + key.length + 4 * valueText(value).length;
  }
  return bytes;
}

/** The span as it was received; links and the like are shared with the stored one. */
export function toReceivedSpan(traceId: string, span: StoredSpan): ReceivedSpan {
  return {
    traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    traceState: span.traceState,
    flags: span.flags,
    name: span.name.value as string,
    kind: span.kind,
    startTimeUnixNano: span.start,
    endTimeUnixNano: span.end,
    attributes: toAttributes(span.attributes),
    events: span.events.map((event) => ({
      name: event.name.value as string,
      timeUnixNano: event.time,
      attributes: toAttributes(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount,
    })),
    links: span.links,
    status: span.status,
    droppedCounts: span.droppedCounts,
    resource: { attributes: toAttributes(span.resource.attributes) },
    instrumentationScope: { name: span.scope.name, version: span.scope.version },
  };
}

function toAttributes(terms: readonly Term[]): ReceivedSpan['attributes'] {
  // Own properties even for a key like `__proto__`, which an assignment would lose.
  return Object.fromEntries(terms.map(({ key, value }) => [key, value]));
}
