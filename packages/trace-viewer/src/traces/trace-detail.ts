import { samplingWeight } from '../aggregates/sampling-weight.ts';
import { toReceivedSpan } from '../store/stored-span.ts';
import type { StoredTrace } from '../store/trace-store.ts';
import type { SpanRow, TraceDetail } from '../wire/api.ts';
import { criticalPath } from './critical-path.ts';
import { callHint, failureText, hasFailed } from './span-details.ts';
import { buildSpanTree, descend, type SpanNode, type SpanTree } from './span-tree.ts';

/** Offsets of events sent for one span; a loop that adds thousands would only draw over itself. */
const MAX_EVENT_MARKS = 50;
const MAX_FAILURE_LENGTH = 300;

export function treeOf(trace: StoredTrace): SpanTree {
  return buildSpanTree(Array.from(trace.spans.values(), (span) => toReceivedSpan(trace.traceId, span)));
}

/** @returns the trace as the waterfall draws it, without attributes, which come a span at a time */
export function traceDetail(trace: StoredTrace): TraceDetail {
  const tree = treeOf(trace);
  const path = criticalPath(tree.roots);
  const services = new Map<string, number>();
  const nodes: SpanNode[] = [];
  const depths = new Map<SpanNode, number>();
  for (const root of tree.roots) depths.set(root, 0);
  for (const node of descend(tree.roots)) {
    nodes.push(node);
    for (const child of node.children) depths.set(child, (depths.get(node) ?? 0) + 1);
    if (node.span !== undefined && !services.has(node.service)) services.set(node.service, services.size);
  }
  const below = countBelow(nodes);
  const spans = nodes.map((node): SpanRow => {
    const depth = depths.get(node) ?? 0;
    const { descendants, failed: failedBelow } = below.get(node) as Below;
    const shape = { id: node.spanId, start: node.start, depth, descendants };
    const { span } = node;
    if (span === undefined) return { ...shape, name: '', service: -1, kind: 0, duration: 0 };
    const failed = hasFailed(span);
    const hint = callHint(span);
    const failure = failed ? failureText(span).slice(0, MAX_FAILURE_LENGTH) : '';
    const critical = path.get(node);
    return {
      ...shape,
      name: span.name,
      service: services.get(node.service) ?? -1,
      kind: span.kind,
      duration: node.duration,
      ...(failed && { failed }),
      ...(failedBelow > 0 && { failedBelow }),
      ...(failure !== '' && { failure }),
      ...(hint !== '' && { hint }),
      ...(critical !== undefined && { critical }),
      ...(span.events.length > 0 && {
        events: span.events
          .slice(0, MAX_EVENT_MARKS)
          // On the span's own clock, which may have been corrected.
          .map(({ timeUnixNano }) => node.start + Number(timeUnixNano - span.startTimeUnixNano)),
      }),
    };
  });
  return {
    traceId: trace.traceId,
    serial: trace.serial,
    startedAt: Number(trace.start / 1000n) / 1000,
    duration: tree.duration,
    services: [...services.keys()],
    spans,
    spanCount: tree.spanCount,
    failedSpans: trace.failedSpans,
    firstFailure: firstFailure(nodes, below),
    skew: [...tree.skew],
    imported: trace.imported,
    weight: samplingWeight(trace.head.traceState),
  };
}

interface Below {
  descendants: number;
  failed: number;
}

function countBelow(nodes: readonly SpanNode[]): Map<SpanNode, Below> {
  const below = new Map<SpanNode, Below>();
  for (const node of nodes.toReversed()) {
    const counts = { descendants: 0, failed: 0 };
    for (const child of node.children) {
      const of = below.get(child) as Below;
      counts.descendants += of.descendants + 1;
      counts.failed += of.failed + (child.span !== undefined && hasFailed(child.span) ? 1 : 0);
    }
    below.set(node, counts);
  }
  return below;
}

/**
 * Failures travel upwards: of the failed spans that have no failed one below them, the one that ended first is where it
 * began.
 */
function firstFailure(nodes: readonly SpanNode[], below: ReadonlyMap<SpanNode, Below>): number | undefined {
  let first: number | undefined;
  let firstEnd = Number.POSITIVE_INFINITY;
  nodes.forEach((node, index) => {
    if (node.span === undefined || !hasFailed(node.span) || (below.get(node)?.failed ?? 0) > 0) return;
    const end = node.start + node.duration;
    if (end >= firstEnd) return;
    first = index;
    firstEnd = end;
  });
  return first;
}
