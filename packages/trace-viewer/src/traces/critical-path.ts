import { descend, type SpanNode } from './span-tree.ts';

/** Part of a span: nanoseconds since the trace's start, from and to. */
export type Section = readonly [from: number, to: number];

interface Step {
  readonly node: SpanNode;
  /** Not before its caller, nor after what is waited for. */
  readonly from: number;
  readonly until: number;
}

/**
 * What the trace's duration hangs on: from its end backwards, always the call that ended last before. A part of a span
 * is critical while none of its own calls is; shorten it, and the trace gets shorter.
 *
 * The way of Jaeger and of CRISP (https://www.usenix.org/conference/atc22/presentation/zhang-zhizhou); calls that outlive
 * their caller are cut to it, since nobody waited for the rest.
 *
 * @returns sections by span, the latest first
 */
export function criticalPath(roots: readonly SpanNode[]): Map<SpanNode, Section[]> {
  const ends = extents(roots);
  const endOf = (node: SpanNode): number => ends.get(node) as number;
  const sections = new Map<SpanNode, Section[]>();
  const add = (node: SpanNode | undefined, from: number, to: number): void => {
    if (node?.span === undefined || to <= from) return;
    const known = sections.get(node);
    if (known === undefined) sections.set(node, [[from, to]]);
    else known.push([from, to]);
  };
  const open: Step[] = [];
  /** Walks back over the children of a node; they wait in `open` for their own turn. */
  const walk = (
    node: SpanNode | undefined,
    children: readonly SpanNode[],
    start: number,
    end: number,
  ): void => {
    let at = end;
    const cut = (child: SpanNode): number => Math.min(endOf(child), end);
    for (const child of [...children].sort((a, b) => cut(b) - cut(a))) {
      const until = cut(child);
      const from = Math.max(start, child.start);
      // It ran beside the one that was waited for, or lies outside of its caller.
      if (until > at || from >= until) continue;
      add(node, until, at);
      open.push({ node: child, from, until });
      at = from;
    }
    add(node, start, at);
  };
  const last = roots.reduce((latest, root) => Math.max(latest, endOf(root)), 0);
  walk(undefined, roots, 0, last);
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    walk(step.node, step.node.children, step.from, step.until);
  }
  return sections;
}

/** Ends by node; a parent that has not arrived lasts as long as its children. */
function extents(roots: readonly SpanNode[]): Map<SpanNode, number> {
  const ends = new Map<SpanNode, number>();
  for (const node of [...descend(roots)].reverse()) {
    let end = node.start + node.duration;
    if (node.span === undefined) for (const child of node.children) end = Math.max(end, ends.get(child) ?? 0);
    ends.set(node, end);
  }
  return ends;
}
