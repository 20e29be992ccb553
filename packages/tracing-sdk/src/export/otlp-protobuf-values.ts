import type { HrTime } from '@opentelemetry/api';
import type { InstrumentationScope, Resource } from '../otel-contract.ts';
import { ProtobufBuffer, varintSize } from './protobuf-buffer.ts';

/** What OTLP traces and metrics write alike in protobuf: resource, scope, attributes (common/v1/common.proto). */

/** One for the process: encoding is synchronous, and the bytes are copied out at the end. */
export const buffer = new ProtobufBuffer();

export function writeResource(resource: Resource): void {
  const out = buffer;
  out.ensure(16);
  out.byte(0x0a); // resource = 1
  const start = out.startMessage(2);
  writeAttributes(0x0a, resource.attributes); // attributes = 1
  writeCount(0x10, 0); // dropped_attributes_count = 2
  out.endMessage(start, 2);
}

export function writeScope(scope: InstrumentationScope): void {
  const out = buffer;
  const { attributes, droppedAttributesCount } = scope as InstrumentationScope & {
    readonly attributes?: Readonly<Record<string, unknown>>;
    readonly droppedAttributesCount?: number;
  };
  out.ensure(16);
  out.byte(0x0a); // scope = 1
  const start = out.startMessage(1);
  writeTextField(0x0a, scope.name); // name = 1
  if (scope.version) writeTextField(0x12, scope.version); // version = 2
  if (attributes) writeAttributes(0x1a, attributes); // attributes = 3
  if (droppedAttributesCount) writeCount(0x20, droppedAttributesCount); // dropped_attributes_count = 4
  out.endMessage(start, 1);
}

export function writeCount(tag: number, count: number): void {
  buffer.ensure(16);
  buffer.byte(tag);
  buffer.uint32(count);
}

/** Nanoseconds since the epoch as fixed64. Does not make room: 9 bytes. */
export function writeTime(tag: number, time: HrTime): void {
  buffer.byte(tag);
  buffer.time(time[0], time[1]);
}

export function writeTextField(tag: number, text: string): void {
  buffer.ensure(8 + text.length * 3);
  buffer.byte(tag);
  buffer.text(text);
}

/** Attribute keys, encoded: an app has few, and they come with every span. */
const MAX_KEYS = 2000;
const encodedKeys = new Map<string, Uint8Array>();

/** `KeyValue.key = 1` with tag and length. */
function encodedKey(key: string): Uint8Array {
  const known = encodedKeys.get(key);
  if (known !== undefined) return known;
  const text = Buffer.from(key);
  const prefix = new Uint8Array(1 + varintSize(text.length));
  prefix[0] = 0x0a;
  let rest = text.length;
  let at = 1;
  for (; rest > 127; rest >>>= 7) prefix[at++] = (rest & 127) | 128;
  prefix[at] = rest;
  const bytes = new Uint8Array(Buffer.concat([prefix, text]));
  if (encodedKeys.size >= MAX_KEYS) encodedKeys.clear();
  encodedKeys.set(key, bytes);
  return bytes;
}

export function writeAttributes(tag: number, attributes: Readonly<Record<string, unknown>>): void {
  for (const key in attributes) {
    if (Object.hasOwn(attributes, key)) writeKeyValue(tag, key, attributes[key]);
  }
}

function writeKeyValue(tag: number, key: string, value: unknown): void {
  const out = buffer;
  const keyBytes = encodedKey(key);
  out.ensure(32 + keyBytes.length);
  out.byte(tag);
  const start = out.startMessage(1);
  out.raw(keyBytes);
  out.byte(0x12); // value = 2
  const valueStart = out.startMessage(1);
  writeAnyValue(value);
  out.endMessage(valueStart, 1);
  out.endMessage(start, 1);
}

const MIN_INT64 = -(2 ** 63);
const MAX_INT64 = 2 ** 63;

/** `AnyValue`; nothing for what it has no word for, such as null. */
function writeAnyValue(value: unknown): void {
  const out = buffer;
  switch (typeof value) {
    case 'string':
      writeTextField(0x0a, value); // string_value = 1
      return;
    case 'boolean':
      out.ensure(16);
      out.byte(0x10); // bool_value = 2
      out.byte(value ? 1 : 0);
      return;
    case 'number':
      out.ensure(16);
      if (Number.isInteger(value) && value >= MIN_INT64 && value < MAX_INT64) {
        out.byte(0x18); // int_value = 3
        out.int64(value);
      } else {
        out.byte(0x21); // double_value = 4
        out.double(value);
      }
      return;
    case 'object':
      if (value !== null) writeCompound(value);
  }
}

function writeCompound(value: object): void {
  const out = buffer;
  if (value instanceof Uint8Array) {
    out.ensure(16 + value.length);
    out.byte(0x3a); // bytes_value = 7
    out.uint32(value.length);
    out.raw(value);
    return;
  }
  out.ensure(16);
  if (Array.isArray(value)) {
    out.byte(0x2a); // array_value = 5
    const start = out.startMessage(1);
    for (const item of value) {
      out.ensure(16);
      out.byte(0x0a); // values = 1
      const itemStart = out.startMessage(1);
      writeAnyValue(item);
      out.endMessage(itemStart, 1);
    }
    out.endMessage(start, 1);
    return;
  }
  out.byte(0x32); // kvlist_value = 6
  const start = out.startMessage(1);
  writeAttributes(0x0a, value as Readonly<Record<string, unknown>>); // values = 1
  out.endMessage(start, 1);
}
