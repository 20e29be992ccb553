/**
 * ExportTraceServiceRequest in protobuf. Field numbers: opentelemetry-proto 1.x, trace/v1/trace.proto,
 * common/v1/common.proto, resource/v1/resource.proto. Unknown fields are skipped.
 */
import type { SpanStatusCode } from '@opentelemetry/api';
import type { DecodeBudget } from './decode-budget.ts';
import { ProtobufReader, WIRE_32_BIT, WIRE_64_BIT, WIRE_BYTES, WIRE_VARINT } from './protobuf-reader.ts';
import type {
  ReceivedAttributes,
  ReceivedEvent,
  ReceivedLink,
  ReceivedSpan,
  ReceivedValue,
} from './received-span.ts';
import { checkedId, NO_SPAN_ID, setAttribute, spanKind, statusCode } from './received-values.ts';

/** @throws MalformedOtlpError, OtlpTooLargeError */
export function decodeProtobufTraces(body: Uint8Array, budget: DecodeBudget): ReceivedSpan[] {
  const reader = new ProtobufReader(body);
  const spans: ReceivedSpan[] = [];
  while (reader.next()) {
    if (reader.is(1, WIRE_BYTES)) readResourceSpans(reader, spans, budget);
    else reader.skip();
  }
  return spans;
}

function readResourceSpans(reader: ProtobufReader, spans: ReceivedSpan[], budget: DecodeBudget): void {
  // Fields come in any order: spans hold the resource before it is read.
  const resource = { attributes: {} as ReceivedAttributes };
  budget.takePart();
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(1, WIRE_BYTES)) readAttributesMessage(reader, resource.attributes, budget);
    else if (reader.is(2, WIRE_BYTES)) readScopeSpans(reader, resource, spans, budget);
    else reader.skip();
  }
  reader.leave(outer);
}

/** Resource and KeyValueList: field 1 holds the attributes. */
function readAttributesMessage(reader: ProtobufReader, into: ReceivedAttributes, budget: DecodeBudget): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(1, WIRE_BYTES)) readAttribute(reader, into, budget);
    else reader.skip();
  }
  reader.leave(outer);
}

function readScopeSpans(
  reader: ProtobufReader,
  resource: ReceivedSpan['resource'],
  spans: ReceivedSpan[],
  budget: DecodeBudget,
): void {
  const scope = { name: '', version: '' };
  budget.takePart();
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(1, WIRE_BYTES)) readScope(reader, scope);
    else if (reader.is(2, WIRE_BYTES)) spans.push(readSpan(reader, resource, scope, spans.length, budget));
    else reader.skip();
  }
  reader.leave(outer);
}

function readScope(reader: ProtobufReader, scope: { name: string; version: string }): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(1, WIRE_BYTES)) scope.name = reader.string();
    else if (reader.is(2, WIRE_BYTES)) scope.version = reader.string();
    else reader.skip();
  }
  reader.leave(outer);
}

function readSpan(
  reader: ProtobufReader,
  resource: ReceivedSpan['resource'],
  instrumentationScope: ReceivedSpan['instrumentationScope'],
  index: number,
  budget: DecodeBudget,
): ReceivedSpan {
  budget.takePart();
  let traceId = '';
  let spanId = '';
  let parentSpanId = '';
  let traceState = '';
  let flags = 0;
  let name = '';
  let kind = 0;
  let startTimeUnixNano = 0n;
  let endTimeUnixNano = 0n;
  let status = { code: 0 as SpanStatusCode, message: '' };
  const attributes: ReceivedAttributes = {};
  const events: ReceivedEvent[] = [];
  const links: ReceivedLink[] = [];
  const droppedCounts = { attributes: 0, events: 0, links: 0 };

  const outer = reader.enter();
  while (reader.next()) {
    // Wire type in the low three bits, as on the wire: one comparison for both.
    switch ((reader.field << 3) | reader.wireType) {
      case (1 << 3) | WIRE_BYTES:
        traceId = reader.hex();
        break;
      case (2 << 3) | WIRE_BYTES:
        spanId = reader.hex();
        break;
      case (3 << 3) | WIRE_BYTES:
        traceState = reader.string();
        break;
      case (4 << 3) | WIRE_BYTES:
        parentSpanId = reader.hex();
        break;
      case (5 << 3) | WIRE_BYTES:
        name = reader.string();
        break;
      case (6 << 3) | WIRE_VARINT:
        kind = reader.uint32();
        break;
      case (7 << 3) | WIRE_64_BIT:
        startTimeUnixNano = reader.fixed64();
        break;
      case (8 << 3) | WIRE_64_BIT:
        endTimeUnixNano = reader.fixed64();
        break;
      case (9 << 3) | WIRE_BYTES:
        readAttribute(reader, attributes, budget);
        break;
      case (10 << 3) | WIRE_VARINT:
        droppedCounts.attributes = reader.uint32();
        break;
      case (11 << 3) | WIRE_BYTES:
        events.push(readEvent(reader, budget));
        break;
      case (12 << 3) | WIRE_VARINT:
        droppedCounts.events = reader.uint32();
        break;
      case (13 << 3) | WIRE_BYTES:
        links.push(readLink(reader, index, budget));
        break;
      case (14 << 3) | WIRE_VARINT:
        droppedCounts.links = reader.uint32();
        break;
      case (15 << 3) | WIRE_BYTES:
        status = readStatus(reader);
        break;
      case (16 << 3) | WIRE_32_BIT:
        flags = reader.fixed32();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);

  const where = `span ${index}`;
  return {
    traceId: checkedId(traceId, 32, 'trace id', where),
    spanId: checkedId(spanId, 16, 'span id', where),
    parentSpanId:
      parentSpanId === '' || parentSpanId === NO_SPAN_ID
        ? undefined
        : checkedId(parentSpanId, 16, 'parent span id', where),
    traceState,
    flags,
    name,
    kind: spanKind(kind),
    startTimeUnixNano,
    endTimeUnixNano,
    attributes,
    events,
    links,
    status,
    droppedCounts,
    resource,
    instrumentationScope,
  };
}

function readEvent(reader: ProtobufReader, budget: DecodeBudget): ReceivedEvent {
  budget.takePart();
  let name = '';
  let timeUnixNano = 0n;
  let droppedAttributesCount = 0;
  const attributes: ReceivedAttributes = {};
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(1, WIRE_64_BIT)) timeUnixNano = reader.fixed64();
    else if (reader.is(2, WIRE_BYTES)) name = reader.string();
    else if (reader.is(3, WIRE_BYTES)) readAttribute(reader, attributes, budget);
    else if (reader.is(4, WIRE_VARINT)) droppedAttributesCount = reader.uint32();
    else reader.skip();
  }
  reader.leave(outer);
  return { name, timeUnixNano, attributes, droppedAttributesCount };
}

function readLink(reader: ProtobufReader, index: number, budget: DecodeBudget): ReceivedLink {
  budget.takePart();
  let traceId = '';
  let spanId = '';
  let traceState = '';
  let flags = 0;
  let droppedAttributesCount = 0;
  const attributes: ReceivedAttributes = {};
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(1, WIRE_BYTES)) traceId = reader.hex();
    else if (reader.is(2, WIRE_BYTES)) spanId = reader.hex();
    else if (reader.is(3, WIRE_BYTES)) traceState = reader.string();
    else if (reader.is(4, WIRE_BYTES)) readAttribute(reader, attributes, budget);
    else if (reader.is(5, WIRE_VARINT)) droppedAttributesCount = reader.uint32();
    else if (reader.is(6, WIRE_32_BIT)) flags = reader.fixed32();
    else reader.skip();
  }
  reader.leave(outer);
  const where = `a link of span ${index}`;
  return {
    traceId: checkedId(traceId, 32, 'trace id', where),
    spanId: checkedId(spanId, 16, 'span id', where),
    traceState,
    flags,
    attributes,
    droppedAttributesCount,
  };
}

function readStatus(reader: ProtobufReader): { code: SpanStatusCode; message: string } {
  let code = 0;
  let message = '';
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(2, WIRE_BYTES)) message = reader.string();
    else if (reader.is(3, WIRE_VARINT)) code = reader.uint32();
    else reader.skip();
  }
  reader.leave(outer);
  return { code: statusCode(code), message };
}

function readAttribute(reader: ProtobufReader, into: ReceivedAttributes, budget: DecodeBudget): void {
  budget.takePart();
  let key = '';
  let value: ReceivedValue = null;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(1, WIRE_BYTES)) key = reader.string();
    else if (reader.is(2, WIRE_BYTES)) value = readValue(reader, budget);
    else reader.skip();
  }
  reader.leave(outer);
  setAttribute(into, key, value);
}

function readValue(reader: ProtobufReader, budget: DecodeBudget): ReceivedValue {
  budget.enterValue();
  let value: ReceivedValue = null;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(1, WIRE_BYTES)) value = reader.string();
    else if (reader.is(2, WIRE_VARINT)) value = reader.bool();
    else if (reader.is(3, WIRE_VARINT)) value = reader.int64();
    else if (reader.is(4, WIRE_64_BIT)) value = reader.double();
    else if (reader.is(5, WIRE_BYTES)) value = readArray(reader, budget);
    else if (reader.is(6, WIRE_BYTES)) {
      const entries: ReceivedAttributes = {};
      readAttributesMessage(reader, entries, budget);
      value = entries;
    } else if (reader.is(7, WIRE_BYTES)) value = reader.byteArray();
    else reader.skip();
  }
  reader.leave(outer);
  budget.leaveValue();
  return value;
}

function readArray(reader: ProtobufReader, budget: DecodeBudget): ReceivedValue[] {
  const values: ReceivedValue[] = [];
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.is(1, WIRE_BYTES)) {
      budget.takePart();
      values.push(readValue(reader, budget));
    } else reader.skip();
  }
  reader.leave(outer);
  return values;
}
