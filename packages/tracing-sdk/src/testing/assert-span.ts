import { deepStrictEqual } from 'node:assert/strict';
import { type AttributeValue, SpanKind, type SpanStatus, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '../otel-contract.ts';
import type { ReceivedSpan, ReceivedValue } from './received-span.ts';

export interface ExpectedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** Default: unset, without a message. */
  readonly status?: SpanStatus;
  /** All of them; `undefined` values count as not there. */
  readonly attributes: Readonly<Record<string, AttributeValue | ReceivedValue | undefined>>;
  /** null: the span starts its trace. Not given: not looked at. */
  readonly parent?: Pick<ReadableSpan, 'spanContext'> | Pick<ReceivedSpan, 'traceId' | 'spanId'> | null;
}

export interface AssertSpanOptions {
  /** Attributes that differ from run to run (ports, mostly): each has to be there, its value may be any. */
  readonly volatile?: readonly string[];
}

/**
 * Compares a finished span with what it should be, every attribute included.
 *
 * @param span as an exporter got it (`createInMemoryExporter`), or a backend (`startOtlpReceiver`).
 * @throws AssertionError with a diff of the two.
 * @example
 * assertSpan(exporter.spans[0], {
 *   name: 'GET /orders/:id',
 *   kind: SpanKind.SERVER,
 *   attributes: { 'http.route': '/orders/:id', 'http.response.status_code': 200 },
 *   parent: null,
 * });
 */
export function assertSpan<S extends ReadableSpan | ReceivedSpan>(
  span: S | undefined,
  expected: ExpectedSpan,
  { volatile = [] }: AssertSpanOptions = {},
): asserts span is S {
  deepStrictEqual(
    span === undefined ? undefined : seen(span, volatile, expected.parent !== undefined),
    wanted(expected, volatile),
  );
}

const ANY = '(any)';

function seen(span: ReadableSpan | ReceivedSpan, volatile: readonly string[], withParent: boolean): object {
  const attributes: Record<string, unknown> = { ...span.attributes };
  for (const key of volatile) if (attributes[key] !== undefined) attributes[key] = ANY;
  const parentId = 'spanId' in span ? span.parentSpanId : span.parentSpanContext?.spanId;
  const parentTraceId = 'spanId' in span ? span.traceId : span.parentSpanContext?.traceId;
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    status: statusOf(span.status),
    attributes: sorted(attributes),
    // What has come over the wire has ended.
    ended: 'spanId' in span || span.ended,
    ...(withParent && {
      parent: parentId === undefined ? null : { traceId: parentTraceId, spanId: parentId },
      traceId: parentId === undefined ? ANY : idsOf(span).traceId,
    }),
  };
}

function wanted(
  { name, kind, status, attributes, parent }: ExpectedSpan,
  volatile: readonly string[],
): object {
  const all: Record<string, unknown> = { ...attributes };
  for (const key of volatile) all[key] = ANY;
  const ids = parent == null ? null : idsOf(parent);
  return {
    name,
    kind: SpanKind[kind],
    status: statusOf(status ?? { code: SpanStatusCode.UNSET }),
    attributes: sorted(all),
    ended: true,
    ...(parent !== undefined && { parent: ids, traceId: ids === null ? ANY : ids.traceId }),
  };
}

/** Over the wire, no message and an empty one are the same. */
function statusOf({ code, message = '' }: SpanStatus): object {
  return { code: SpanStatusCode[code], message };
}

function idsOf(span: NonNullable<ExpectedSpan['parent']>): { traceId: string; spanId: string } {
  const { traceId, spanId } = 'spanId' in span ? span : span.spanContext();
  return { traceId, spanId };
}

/** Sorted, so that the diff shows what differs and not the order. */
function sorted(attributes: Record<string, unknown>): object {
  const keys = Object.keys(attributes).filter((key) => attributes[key] !== undefined);
  return Object.fromEntries(keys.toSorted().map((key) => [key, attributes[key]]));
}
