import type { ReceivedSpan } from '../receiver/otlp-parts.ts';

const CONSUMER = 4;

/** A span in its trace, or the gap that a parent left which never arrived. */
export interface SpanNode {
  /** Undefined for a parent that is missing. */
  readonly span: ReceivedSpan | undefined;
  readonly spanId: string;
  readonly service: string;
  /** Nanoseconds since the trace's start, clock skew taken out. */
  start: number;
  /** Nanoseconds; 0 also where the end lies before the start. */
  readonly duration: number;
  readonly children: SpanNode[];
}

export interface SpanTree {
  /** By start. */
  readonly roots: readonly SpanNode[];
  readonly spanCount: number;
  /** Nanoseconds from the first start to the last end. */
  readonly duration: number;
  /** By service: nanoseconds that its spans were moved at most, so that no call begins before its caller's. */
  readonly skew: ReadonlyMap<string, number>;
}

/**
 * Orders the spans of one trace. Takes whatever arrives: parents that are missing, spans sent twice, spans that are each
 * other's parents, clocks that disagree.
 */
export function buildSpanTree(spans: readonly ReceivedSpan[]): SpanTree {
  const byId = new Map<string, SpanNode>();
  let origin: bigint | undefined;
  for (const span of spans) {
    if (byId.has(span.spanId)) continue;
    byId.set(span.spanId, spanNode(span));
    if (origin === undefined || span.startTimeUnixNano < origin) origin = span.startTimeUnixNano;
  }
  const spanCount = byId.size;
  const present = [...byId.values()];
  for (const node of present) node.start = Number((node.span?.startTimeUnixNano ?? 0n) - (origin ?? 0n));

  const roots: SpanNode[] = [];
  for (const node of present) {
    const parentId = node.span?.parentSpanId;
    if (parentId === undefined) {
      roots.push(node);
      continue;
    }
    let parent = byId.get(parentId);
    if (parent === undefined) {
      parent = missingNode(parentId, node);
      byId.set(parentId, parent);
      roots.push(parent);
    }
    parent.start = parent.span === undefined ? Math.min(parent.start, node.start) : parent.start;
    parent.children.push(node);
  }
  breakCircles(present, byId, roots);

  const skew = alignClocks(roots);
  const { first, last } = sortAndMeasure(roots);
  return { roots, spanCount, duration: Math.max(0, last - first), skew };
}

/** @returns the service's name as the resource gives it */
export function serviceOf(span: ReceivedSpan): string {
  const name = span.resource.attributes['service.name'];
  return typeof name === 'string' && name !== '' ? name : 'unknown_service';
}

function spanNode(span: ReceivedSpan): SpanNode {
  const duration = Math.max(0, Number(span.endTimeUnixNano - span.startTimeUnixNano));
  return { span, spanId: span.spanId, service: serviceOf(span), start: 0, duration, children: [] };
}

function missingNode(spanId: string, child: SpanNode): SpanNode {
  return { span: undefined, spanId, service: '', start: child.start, duration: 0, children: [] };
}

/** Every node below the given ones, parents first. Without recursion: a chain may be as long as the trace. */
export function* descend(from: readonly SpanNode[]): Generator<SpanNode> {
  const open = [...from].reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    for (let i = node.children.length - 1; i >= 0; i--) open.push(node.children[i] as SpanNode);
  }
}

/** Spans that are each other's parents hang on no root: one of each circle is made one. */
function breakCircles(
  nodes: readonly SpanNode[],
  byId: ReadonlyMap<string, SpanNode>,
  roots: SpanNode[],
): void {
  const reached = new Set(descend(roots));
  for (const node of nodes) {
    if (reached.has(node)) continue;
    const parent = byId.get(node.span?.parentSpanId ?? '');
    parent?.children.splice(parent.children.indexOf(node), 1);
    roots.push(node);
    for (const below of descend([node])) reached.add(below);
  }
}

/**
 * Another process has another clock. A span that begins before its caller, or after its caller's end, is moved with all
 * below it into the middle of its caller, where a call of its length most likely was (as Jaeger does). Consumers may
 * well begin after the producer's end.
 */
function alignClocks(roots: readonly SpanNode[]): Map<string, number> {
  const skew = new Map<string, number>();
  for (const parent of descend(roots)) {
    if (parent.span === undefined) continue;
    for (const child of parent.children) {
      if (!inOtherProcess(parent, child)) continue;
      const tooEarly = child.start < parent.start;
      const tooLate = child.start > parent.start + parent.duration && child.span?.kind !== CONSUMER;
      if (!tooEarly && !tooLate) continue;
      const slack = Math.max(0, parent.duration - child.duration);
      const shift = parent.start + slack / 2 - child.start;
      for (const below of descend([child])) below.start += shift;
      if (Math.abs(shift) > Math.abs(skew.get(child.service) ?? 0)) skew.set(child.service, shift);
    }
  }
  return skew;
}

function inOtherProcess(a: SpanNode, b: SpanNode): boolean {
  if (a.service !== b.service) return true;
  const one = a.span?.resource.attributes;
  const other = b.span?.resource.attributes;
  return (
    one?.['service.instance.id'] !== other?.['service.instance.id'] ||
    one?.['host.name'] !== other?.['host.name']
  );
}

/** Children by start; all starts from the earliest one on. */
function sortAndMeasure(roots: SpanNode[]): { first: number; last: number } {
  const byStart = (a: SpanNode, b: SpanNode): number => a.start - b.start;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  const all = [...descend(roots)];
  for (const node of all) first = Math.min(first, node.start);
  for (const node of all) {
    node.start -= first;
    last = Math.max(last, node.start + node.duration);
    node.children.sort(byStart);
  }
  roots.sort(byStart);
  return { first: 0, last };
}
