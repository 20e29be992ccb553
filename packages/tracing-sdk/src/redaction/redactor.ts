import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, Resource, TimedEvent } from '../otel-contract.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { RedactionOptions } from '../types.ts';
import { createKeyCheck, KeyKind } from './sensitive-keys.ts';
import { createTextMask, MASK } from './sensitive-values.ts';
import { maskQuery, maskUrl } from './url-credentials.ts';

/** Takes secrets out of whatever leaves the process. */
export interface Redactor {
  /** The very same span when it holds no secret, else a masked view of it; the span itself is never changed. */
  readonly span: (span: ReadableSpan) => ReadableSpan;
  readonly text: (text: string) => string;
  /** The very same object when it holds no secret, else a masked copy. */
  readonly attributes: (attributes: Attributes) => Attributes;
}

/** Levels of nested attribute values that are looked into; deeper ones are masked whole. */
const MAX_DEPTH = 8;

const MAX_REMEMBERED_NAMES = 1000;

/**
 * @param options `false` lets everything through.
 * @throws ConfigurationError for options that are not names and patterns.
 */
export function createRedactor(options: RedactionOptions | false): Redactor {
  if (options === false) return { span: (span) => span, text: (text) => text, attributes: (given) => given };
  checkOptions(options);
  const { keys = [], values = [], allowKeys = [] } = options;
  const kindOf = createKeyCheck({
    exact: new Set(keys.flatMap((key) => (typeof key === 'string' ? key.toLowerCase() : []))),
    patterns: keys.filter((key) => key instanceof RegExp),
    allowed: new Set(allowKeys.map((key) => key.toLowerCase())),
  });
  const maskText = createTextMask(values);
  const maskedResources = new WeakMap<Resource, Resource>();

  const maskAttribute = (key: string, value: unknown): unknown => {
    if (typeof value === 'string') {
      if (value === '') return value;
      switch (kindOf(key)) {
        case KeyKind.PLAIN:
          return maskText(value);
        case KeyKind.SENSITIVE:
          return MASK;
        case KeyKind.QUERY:
          return maskText(maskQuery(value));
        case KeyKind.URL:
          return maskText(maskUrl(value));
        default:
          return value;
      }
    }
    // Numbers and booleans are counts and switches: `gen_ai.usage.input_tokens`, `token.valid`.
    if (typeof value !== 'object' || value === null || kindOf(key) === KeyKind.ALLOWED) return value;
    return maskNested(key, value, MAX_DEPTH);
  };

  const maskNested = (key: string, value: object, depth: number): unknown => {
    const sensitive = kindOf(key) === KeyKind.SENSITIVE;
    if (depth === 0 || (sensitive && !Array.isArray(value))) return MASK;
    if (ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) {
      let masked: unknown[] | undefined;
      for (let i = 0; i < value.length; i++) {
        const item = value[i];
        const after =
          typeof item === 'object' && item !== null
            ? maskNested(key, item, depth - 1)
            : maskAttribute(key, item);
        if (after === item) continue;
        masked ??= value.slice();
        masked[i] = after;
      }
      return masked ?? value;
    }
    let masked: Record<string, unknown> | undefined;
    for (const [name, item] of Object.entries(value)) {
      const after =
        typeof item === 'object' && item !== null
          ? maskNested(name, item, depth - 1)
          : maskAttribute(name, item);
      if (after === item) continue;
      masked ??= { ...value };
      masked[name] = after;
    }
    return masked ?? value;
  };

  const maskAttributes = <T extends Attributes | undefined>(attributes: T): T => {
    let masked: Attributes | undefined;
    for (const key in attributes) {
      const value = attributes[key] as unknown;
      const after = maskAttribute(key, value);
      if (after === value) continue;
      masked ??= { ...attributes };
      masked[key] = after as never;
    }
    return (masked ?? attributes) as T;
  };

  /** Names are few by the conventions, and hold `:` and spaces that make the mask look closely. */
  const cleanNames = new Set<string>();
  const maskName = (name: string): string => {
    if (cleanNames.has(name)) return name;
    const masked = maskText(name);
    if (masked === name) {
      if (cleanNames.size >= MAX_REMEMBERED_NAMES) cleanNames.clear();
      cleanNames.add(name);
    }
    return masked;
  };

  const maskResource = (resource: Resource): Resource => {
    // One object for each original: the serializer groups spans by identity.
    let masked = maskedResources.get(resource);
    if (masked === undefined) {
      const attributes = maskAttributes(resource.attributes);
      masked = attributes === resource.attributes ? resource : { ...resource, attributes };
      if (resource.asyncAttributesPending !== true) maskedResources.set(resource, masked);
    }
    return masked;
  };

  /** Links, and events with their names. */
  const maskList = <T extends { readonly attributes?: Attributes; readonly name?: string }>(
    list: T[],
  ): T[] => {
    let masked: T[] | undefined;
    for (let i = 0; i < list.length; i++) {
      const item = list[i] as T;
      const attributes = maskAttributes(item.attributes);
      const name = item.name === undefined ? undefined : maskText(item.name);
      if (attributes === item.attributes && name === item.name) continue;
      masked ??= list.slice();
      masked[i] = { ...item, attributes, ...(name === undefined ? {} : { name }) };
    }
    return masked ?? list;
  };

  return {
    text: maskText,
    attributes: maskAttributes,
    span(span) {
      const attributes = maskAttributes(span.attributes);
      const resource = maskResource(span.resource);
      const name = maskName(span.name);
      const events = span.events.length === 0 ? span.events : (maskList(span.events) as TimedEvent[]);
      const links = span.links.length === 0 ? span.links : maskList(span.links);
      const { message } = span.status;
      const maskedMessage = message === undefined ? undefined : maskText(message);
      if (
        attributes === span.attributes &&
        resource === span.resource &&
        name === span.name &&
        events === span.events &&
        links === span.links &&
        maskedMessage === message
      ) {
        return span;
      }
      const status =
        maskedMessage === message ? span.status : { ...span.status, message: maskedMessage ?? '' };
      return maskedView(span, { attributes, resource, name, events, links, status });
    },
  };
}

type MaskedParts = Pick<ReadableSpan, 'attributes' | 'resource' | 'name' | 'events' | 'links' | 'status'>;

function maskedView(span: ReadableSpan, parts: MaskedParts): ReadableSpan {
  return {
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext === undefined ? {} : { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
    ...parts,
  };
}

function checkOptions(options: RedactionOptions): void {
  const problems: string[] = [];
  const check = (name: keyof RedactionOptions, what: string, isOne: (item: unknown) => boolean): void => {
    const given: unknown = options[name];
    if (given !== undefined && !(Array.isArray(given) && given.every(isOne))) {
      problems.push(`option redaction.${name} must be an array of ${what}.`);
    }
  };
  check(
    'keys',
    "attribute keys and patterns, such as ['x-tenant', /^internal\\./]",
    (item) => typeof item === 'string' || item instanceof RegExp,
  );
  check('values', 'patterns, such as [/ACME-\\d{8}/]', (item) => item instanceof RegExp);
  check('allowKeys', "attribute keys, such as ['session.id']", (item) => typeof item === 'string');
  if (problems.length > 0) throw new ConfigurationError(problems);
}
