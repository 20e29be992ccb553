import type { StoredTrace } from '../store/trace-store.ts';
import type { ComparedRow, ComparedSpan, ComparedTrace, Comparison } from '../wire/api.ts';
import { hasFailed } from './span-details.ts';
import type { SpanNode, SpanTree } from './span-tree.ts';
import { treeOf } from './trace-detail.ts';

interface Pair {
  readonly a: SpanNode | undefined;
  readonly b: SpanNode | undefined;
  readonly depth: number;
}

/**
 * Lays two traces over each other. Spans are the same where their parents are, and service, name and place among
 * siblings of that name are.
 */
export function compareTraces(a: StoredTrace, b: StoredTrace): Comparison {
  const [treeA, treeB] = [treeOf(a), treeOf(b)];
  const services = new Map<string, number>();
  const rows: ComparedRow[] = [];
  // Reversed, because the last one pushed comes out first.
  const open: Pair[] = pair(treeA.roots, treeB.roots, 0).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { service, span } = (next.a ?? next.b) as SpanNode;
    if (!services.has(service)) services.set(service, services.size);
    rows.push({
      name: span?.name ?? '',
      service: services.get(service) as number,
      depth: next.depth,
      a: comparedSpan(next.a),
      b: comparedSpan(next.b),
    });
    // One by one: as many arguments as a span may have children are too many for a call.
    const children = pair(next.a?.children ?? [], next.b?.children ?? [], next.depth + 1);
    for (const child of children.reverse()) open.push(child);
  }
  return { a: comparedTrace(a, treeA), b: comparedTrace(b, treeB), services: [...services.keys()], rows };
}

/** In the order of `a`, what only `b` has after the sibling it follows there. */
function pair(as: readonly SpanNode[], bs: readonly SpanNode[], depth: number): Pair[] {
  const partners = new Map<string, SpanNode>();
  for (const [key, node] of keyed(bs)) partners.set(key, node);
  const matched = new Map<SpanNode, Pair>();
  const pairs: Pair[] = keyed(as).map(([key, a]) => {
    const b = partners.get(key);
    const both = { a, b, depth };
    if (b !== undefined) matched.set(b, both);
    return both;
  });
  if (matched.size === bs.length) return pairs;
  const following = new Map<Pair | undefined, Pair[]>();
  let previous: Pair | undefined;
  for (const b of bs) {
    const both = matched.get(b);
    if (both !== undefined) {
      previous = both;
      continue;
    }
    const alone = { a: undefined, b, depth };
    const others = following.get(previous);
    if (others === undefined) following.set(previous, [alone]);
    else others.push(alone);
  }
  return [undefined, ...pairs].flatMap((each) => [
    ...(each === undefined ? [] : [each]),
    ...(following.get(each) ?? []),
  ]);
}

function keyed(nodes: readonly SpanNode[]): [string, SpanNode][] {
  const seen = new Map<string, number>();
  return nodes.map((node) => {
    const name = `${node.service}\0${node.span?.name ?? ''}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [`${name}\0${count}`, node];
  });
}

function comparedSpan(node: SpanNode | undefined): ComparedSpan | undefined {
  if (node === undefined) return undefined;
  const { spanId, start, duration, span } = node;
  return { id: spanId, start, duration, failed: span !== undefined && hasFailed(span) };
}

function comparedTrace(trace: StoredTrace, tree: SpanTree): ComparedTrace {
  return {
    traceId: trace.traceId,
    operation: trace.head.name.value as string,
    service: trace.head.resource.service,
    startedAt: Number(trace.start / 1000n) / 1000,
    duration: tree.duration,
    spans: tree.spanCount,
    failedSpans: trace.failedSpans,
  };
}
