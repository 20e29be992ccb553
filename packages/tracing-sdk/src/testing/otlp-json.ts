/**
 * ExportTraceServiceRequest in OTLP's own JSON: ids in hex, enums as integers, 64-bit integers as decimal strings or
 * numbers, lowerCamelCase keys only, unknown keys ignored, null like absent.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import { type DecodeBudget, MalformedOtlpError } from './decode-budget.ts';
import type {
  ReceivedAttributes,
  ReceivedEvent,
  ReceivedLink,
  ReceivedSpan,
  ReceivedValue,
} from './received-span.ts';
import { checkedId, NO_SPAN_ID, setAttribute, shorten, spanKind, statusCode } from './received-values.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** @throws MalformedOtlpError naming the path of what is wrong, OtlpTooLargeError */
export function decodeJsonTraces(body: Uint8Array, budget: DecodeBudget): ReceivedSpan[] {
  const request = objectOf(parse(body), 'the request');
  const spans: ReceivedSpan[] = [];
  listOf(request, 'resourceSpans', '').forEach((resourceSpans, i) => {
    budget.takePart();
    const path = `resourceSpans[${i}]`;
    const resource = objectOf(objectOf(resourceSpans, path).resource ?? {}, `${path}.resource`);
    const received = { attributes: attributesOf(resource, `${path}.resource`, budget) };
    listOf(resourceSpans as JsonObject, 'scopeSpans', path).forEach((scopeSpans, j) => {
      readScopeSpans(
        objectOf(scopeSpans, `${path}.scopeSpans[${j}]`),
        received,
        spans,
        budget,
        `${path}.scopeSpans[${j}]`,
      );
    });
  });
  return spans;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (error) {
    throw new MalformedOtlpError(`malformed JSON: ${(error as Error).message}`);
  }
}

function readScopeSpans(
  scopeSpans: JsonObject,
  resource: ReceivedSpan['resource'],
  spans: ReceivedSpan[],
  budget: DecodeBudget,
  path: string,
): void {
  budget.takePart();
  const scope = objectOf(scopeSpans.scope ?? {}, `${path}.scope`);
  const instrumentationScope = {
    name: textOf(scope, 'name', `${path}.scope`),
    version: textOf(scope, 'version', `${path}.scope`),
  };
  listOf(scopeSpans, 'spans', path).forEach((span, i) => {
    const at = `${path}.spans[${i}]`;
    spans.push(readSpan(objectOf(span, at), resource, instrumentationScope, budget, at));
  });
}

function readSpan(
  span: JsonObject,
  resource: ReceivedSpan['resource'],
  instrumentationScope: ReceivedSpan['instrumentationScope'],
  budget: DecodeBudget,
  path: string,
): ReceivedSpan {
  budget.takePart();
  const parentSpanId = textOf(span, 'parentSpanId', path).toLowerCase();
  const status = objectOf(span.status ?? {}, `${path}.status`);
  return {
    traceId: idOf(span, 'traceId', 32, path),
    spanId: idOf(span, 'spanId', 16, path),
    parentSpanId:
      parentSpanId === '' || parentSpanId === NO_SPAN_ID ? undefined : idOf(span, 'parentSpanId', 16, path),
    traceState: textOf(span, 'traceState', path),
    flags: countOf(span, 'flags', path),
    name: textOf(span, 'name', path),
    kind: spanKind(countOf(span, 'kind', path)),
    startTimeUnixNano: timeOf(span, 'startTimeUnixNano', path),
    endTimeUnixNano: timeOf(span, 'endTimeUnixNano', path),
    attributes: attributesOf(span, path, budget),
    events: listOf(span, 'events', path).map((event, i) =>
      readEvent(objectOf(event, `${path}.events[${i}]`), budget, `${path}.events[${i}]`),
    ),
    links: listOf(span, 'links', path).map((link, i) =>
      readLink(objectOf(link, `${path}.links[${i}]`), budget, `${path}.links[${i}]`),
    ),
    status: {
      code: statusCode(countOf(status, 'code', `${path}.status`)),
      message: textOf(status, 'message', `${path}.status`),
    },
    droppedCounts: {
      attributes: countOf(span, 'droppedAttributesCount', path),
      events: countOf(span, 'droppedEventsCount', path),
      links: countOf(span, 'droppedLinksCount', path),
    },
    resource,
    instrumentationScope,
  };
}

function readEvent(event: JsonObject, budget: DecodeBudget, path: string): ReceivedEvent {
  budget.takePart();
  return {
    name: textOf(event, 'name', path),
    timeUnixNano: timeOf(event, 'timeUnixNano', path),
    attributes: attributesOf(event, path, budget),
    droppedAttributesCount: countOf(event, 'droppedAttributesCount', path),
  };
}

function readLink(link: JsonObject, budget: DecodeBudget, path: string): ReceivedLink {
  budget.takePart();
  return {
    traceId: idOf(link, 'traceId', 32, path),
    spanId: idOf(link, 'spanId', 16, path),
    traceState: textOf(link, 'traceState', path),
    flags: countOf(link, 'flags', path),
    attributes: attributesOf(link, path, budget),
    droppedAttributesCount: countOf(link, 'droppedAttributesCount', path),
  };
}

function attributesOf(owner: JsonObject, path: string, budget: DecodeBudget): ReceivedAttributes {
  return readEntries(listOf(owner, 'attributes', path), `${path}.attributes`, budget);
}

function readEntries(entries: readonly unknown[], path: string, budget: DecodeBudget): ReceivedAttributes {
  const attributes: ReceivedAttributes = {};
  entries.forEach((entry, i) => {
    budget.takePart();
    const at = `${path}[${i}]`;
    const { key, value } = objectOf(entry, at);
    if (typeof key !== 'string') wrong(`${at}.key`, 'a string', key);
    setAttribute(attributes, key, readValue(objectOf(value ?? {}, `${at}.value`), `${at}.value`, budget));
  });
  return attributes;
}

function readValue(value: JsonObject, path: string, budget: DecodeBudget): ReceivedValue {
  budget.enterValue();
  const received = readOneOf(value, path, budget);
  budget.leaveValue();
  return received;
}

function readOneOf(value: JsonObject, path: string, budget: DecodeBudget): ReceivedValue {
  if (isSet(value.stringValue)) return textOf(value, 'stringValue', path);
  if (isSet(value.boolValue)) {
    if (typeof value.boolValue !== 'boolean') wrong(`${path}.boolValue`, 'true or false', value.boolValue);
    return value.boolValue;
  }
  if (isSet(value.intValue)) return integer(value.intValue, `${path}.intValue`);
  if (isSet(value.doubleValue)) return double(value.doubleValue, `${path}.doubleValue`);
  if (isSet(value.arrayValue)) {
    const array = objectOf(value.arrayValue, `${path}.arrayValue`);
    return listOf(array, 'values', `${path}.arrayValue`).map((item, i) => {
      budget.takePart();
      const at = `${path}.arrayValue.values[${i}]`;
      return readValue(objectOf(item ?? {}, at), at, budget);
    });
  }
  if (isSet(value.kvlistValue)) {
    const list = objectOf(value.kvlistValue, `${path}.kvlistValue`);
    return readEntries(listOf(list, 'values', `${path}.kvlistValue`), `${path}.kvlistValue.values`, budget);
  }
  // Base64 decoding never fails: characters outside the alphabet are passed over.
  if (isSet(value.bytesValue))
    return new Uint8Array(Buffer.from(textOf(value, 'bytesValue', path), 'base64'));
  return null;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function objectOf(value: unknown, path: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(path, 'an object', value);
  return value as JsonObject;
}

function listOf(owner: JsonObject, key: string, path: string): readonly unknown[] {
  const value = owner[key] ?? [];
  if (!Array.isArray(value)) wrong(path === '' ? key : `${path}.${key}`, 'an array', value);
  return value;
}

function textOf(owner: JsonObject, key: string, path: string): string {
  const value = owner[key] ?? '';
  if (typeof value !== 'string') wrong(`${path}.${key}`, 'a string', value);
  return value;
}

function idOf(owner: JsonObject, key: string, digits: number, path: string): string {
  const id = textOf(owner, key, path).toLowerCase();
  if (!/^[0-9a-f]*$/.test(id)) wrong(`${path}.${key}`, `${digits} hex digits`, id);
  return checkedId(id, digits, key, path);
}

/** uint32, fixed32 and enums. */
function countOf(owner: JsonObject, key: string, path: string): number {
  const value = owner[key] ?? 0;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 0xffff_ffff) {
    wrong(`${path}.${key}`, 'an integer of 32 bits', value);
  }
  return number;
}

const MAX_UINT_64 = 2n ** 64n - 1n;

/** fixed64. A JSON number above 2^53 has lost its last digits before we see it; OTLP wants strings for that reason. */
function timeOf(owner: JsonObject, key: string, path: string): bigint {
  const value = owner[key] ?? 0;
  const time = bigIntOf(value);
  if (time === undefined || time < 0n || time > MAX_UINT_64) {
    wrong(`${path}.${key}`, 'nanoseconds as a decimal string', value);
  }
  return time;
}

const MIN_INT_64 = -(2n ** 63n);
const MAX_INT_64 = 2n ** 63n - 1n;

function integer(value: unknown, path: string): number | bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const big = bigIntOf(value);
  if (big === undefined || big < MIN_INT_64 || big > MAX_INT_64) wrong(path, 'an integer of 64 bits', value);
  const number = Number(big);
  return Number.isSafeInteger(number) ? number : big;
}

function bigIntOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  // At most 20 characters: a million digits would keep BigInt busy.
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

function double(value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && /^-?\d/.test(value) && Number.isFinite(Number(value)))
    return Number(value);
  return wrong(path, 'a number', value);
}

function wrong(path: string, wanted: string, value: unknown): never {
  throw new MalformedOtlpError(`${path} must be ${wanted}, got ${shorten(value)}`);
}
