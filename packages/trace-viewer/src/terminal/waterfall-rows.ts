import { hasFailed } from '../traces/span-details.ts';
import { descend, type SpanNode, type SpanTree } from '../traces/span-tree.ts';

/** A line of the waterfall: a span, or the children of one that are left out. */
export type Row =
  | { readonly kind: 'span'; readonly node: SpanNode; readonly lineage: readonly boolean[] }
  | { readonly kind: 'left-out'; readonly nodes: readonly SpanNode[]; readonly lineage: readonly boolean[] };

/**
 * @param maxSpans how many spans to show at most; of a larger trace, failed and long spans come first, each with its
 *   ancestors, and what is left out is one row under its parent
 * @returns rows from top to bottom. `lineage` has an entry a level below the root: whether more siblings follow.
 */
export function waterfallRows(tree: SpanTree, maxSpans: number): Row[] {
  const shown = tree.spanCount <= maxSpans ? undefined : chooseSpans(tree, maxSpans);
  const rows: Row[] = [];
  // Reversed, because the last one pushed comes out first.
  const open: Row[] = rowsOf(tree.roots, [], shown).reverse();
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    rows.push(row);
    if (row.kind === 'span') open.push(...rowsOf(row.node.children, row.lineage, shown, true).reverse());
  }
  return rows;
}

function rowsOf(
  siblings: readonly SpanNode[],
  parentLineage: readonly boolean[],
  shown: ReadonlySet<SpanNode> | undefined,
  nested = false,
): Row[] {
  const kept = shown === undefined ? siblings : siblings.filter((node) => shown.has(node));
  const left = shown === undefined ? [] : siblings.filter((node) => !shown.has(node));
  const lines = kept.length + (left.length > 0 ? 1 : 0);
  const lineage = (index: number): readonly boolean[] =>
    nested ? [...parentLineage, index < lines - 1] : [];
  const rows: Row[] = kept.map((node, i) => ({ kind: 'span', node, lineage: lineage(i) }));
  if (left.length > 0) rows.push({ kind: 'left-out', nodes: left, lineage: lineage(kept.length) });
  return rows;
}

function chooseSpans(tree: SpanTree, maxSpans: number): Set<SpanNode> {
  const parents = new Map<SpanNode, SpanNode>();
  const candidates: SpanNode[] = [];
  for (const node of descend(tree.roots)) {
    candidates.push(node);
    for (const child of node.children) parents.set(child, node);
  }
  candidates.sort((a, b) => importance(b) - importance(a));
  const shown = new Set<SpanNode>();
  for (const root of tree.roots.slice(0, maxSpans)) shown.add(root);
  for (const candidate of candidates) {
    const room = maxSpans - shown.size;
    if (room === 0) break;
    const path: SpanNode[] = [];
    // No further up than there is room for: from each span of a long chain to its root would be quadratic.
    for (
      let node: SpanNode | undefined = candidate;
      node !== undefined && !shown.has(node) && path.length <= room;
      node = parents.get(node)
    ) {
      path.push(node);
    }
    if (path.length <= room) for (const node of path) shown.add(node);
  }
  return shown;
}

/** Any failed span before any other; then the longest. */
function importance({ span, duration }: SpanNode): number {
  return span !== undefined && hasFailed(span) ? duration + 1e18 : duration;
}
