import { deepStrictEqual } from 'node:assert/strict';
import { type Attributes, SpanKind, type SpanStatus, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '../otel-contract.ts';

export interface ExpectedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** Default: unset, without a message. */
  readonly status?: SpanStatus;
  /** All of them; `undefined` values count as not there. */
  readonly attributes: Attributes;
  /** null: the span starts its trace. Not given: not looked at. */
  readonly parent?: Pick<ReadableSpan, 'spanContext'> | null;
}

export interface AssertSpanOptions {
  /** Attributes that differ from run to run (ports, mostly): each has to be there, its value may be any. */
  readonly volatile?: readonly string[];
}

/**
 * Compares a finished span with what it should be, every attribute included.
 *
 * @throws AssertionError with a diff of the two.
 */
export function assertSpan(
  span: ReadableSpan | undefined,
  expected: ExpectedSpan,
  { volatile = [] }: AssertSpanOptions = {},
): asserts span is ReadableSpan {
  deepStrictEqual(
    span === undefined ? undefined : seen(span, volatile, expected.parent !== undefined),
    wanted(expected, volatile),
  );
}

const ANY = '(any)';

function seen(span: ReadableSpan, volatile: readonly string[], withParent: boolean): object {
  const attributes: Attributes = { ...span.attributes };
  for (const key of volatile) if (attributes[key] !== undefined) attributes[key] = ANY;
  const { parentSpanContext: parent } = span;
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    status: { code: SpanStatusCode[span.status.code], message: span.status.message },
    attributes: sorted(attributes),
    ended: span.ended,
    ...(withParent && {
      parent: parent === undefined ? null : { traceId: parent.traceId, spanId: parent.spanId },
      traceId: parent === undefined ? ANY : span.spanContext().traceId,
    }),
  };
}

function wanted(
  { name, kind, status, attributes, parent }: ExpectedSpan,
  volatile: readonly string[],
): object {
  const all: Attributes = { ...attributes };
  for (const key of volatile) all[key] = ANY;
  const context = parent?.spanContext();
  return {
    name,
    kind: SpanKind[kind],
    status: { code: SpanStatusCode[status?.code ?? SpanStatusCode.UNSET], message: status?.message },
    attributes: sorted(all),
    ended: true,
    ...(parent !== undefined && {
      parent: context === undefined ? null : { traceId: context.traceId, spanId: context.spanId },
      traceId: context === undefined ? ANY : context.traceId,
    }),
  };
}

/** Sorted, so that the diff shows what differs and not the order. */
function sorted(attributes: Attributes): Attributes {
  const keys = Object.keys(attributes).filter((key) => attributes[key] !== undefined);
  return Object.fromEntries(keys.toSorted().map((key) => [key, attributes[key]]));
}
