import type { ServiceMapView } from '../wire/api.ts';

export interface PlacedNode {
  readonly node: ServiceMapView['nodes'][number];
  readonly key: string;
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly edge: ServiceMapView['edges'][number];
  readonly from: PlacedNode;
  readonly to: PlacedNode;
}

export interface MapLayout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

export const NODE = { width: 212, height: 58 };
const GAP = { x: 176, y: 30 };
const MARGIN = 24;
const SWEEPS = 4;

/** Callers to the left of what they call, in columns; each node near the middle of its neighbours. */
export function layOutMap({ nodes, edges }: ServiceMapView): MapLayout {
  const keyOf = (name: string, kind: string): string => `${kind}\0${name}`;
  const keys = nodes.map(({ name, kind }) => keyOf(name, kind)).sort();
  const links = edges.map(
    ({ labels }): Edge => [keyOf(labels.from, 'service'), keyOf(labels.to, labels.toKind)],
  );
  const ranks = rank(keys, links);
  const columns: string[][] = [];
  for (const key of keys) {
    const column = ranks.get(key) ?? 0;
    columns[column] ??= [];
    columns[column]?.push(key);
  }
  // Ranks may have holes where a circle was cut.
  const filled = columns.filter((column) => column !== undefined && column.length > 0);
  const callers = neighbours(links.map(([from, to]) => [to, from]));
  const callees = neighbours(links);
  for (let sweep = 0; sweep < SWEEPS; sweep++) order(filled, callers, callees);
  const tallest = Math.max(1, ...filled.map((column) => column.length));
  const height = tallest * (NODE.height + GAP.y) - GAP.y + 2 * MARGIN;
  const byKey = new Map(nodes.map((node) => [keyOf(node.name, node.kind), node]));
  const placed = new Map<string, PlacedNode>();
  filled.forEach((column, c) => {
    const taken = column.length * (NODE.height + GAP.y) - GAP.y;
    column.forEach((key, r) => {
      const node = byKey.get(key);
      if (node === undefined) return;
      placed.set(key, {
        node,
        key,
        x: MARGIN + c * (NODE.width + GAP.x),
        y: (height - taken) / 2 + r * (NODE.height + GAP.y),
      });
    });
  });
  return {
    nodes: [...placed.values()],
    edges: edges.flatMap((edge, i) => {
      const [from, to] = links[i] as (typeof links)[number];
      const [a, b] = [placed.get(from), placed.get(to)];
      return a === undefined || b === undefined ? [] : [{ edge, from: a, to: b }];
    }),
    width: filled.length * (NODE.width + GAP.x) - GAP.x + 2 * MARGIN,
    height,
  };
}

type Edge = readonly [from: string, to: string];

/** The longest way from a node that nobody calls; an edge back to a node on the way is passed over. */
function rank(keys: readonly string[], links: readonly Edge[]): Map<string, number> {
  const callees = Map.groupBy(links, ([from]) => from);
  const called = new Set(links.filter(([from, to]) => from !== to).map(([, to]) => to));
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const back = new Set<Edge>();
  // Without recursion: whoever sends spans decides how long a chain is.
  const starts = [...keys.filter((key) => !called.has(key)), ...keys];
  for (const start of starts) {
    if (state.has(start)) continue;
    const stack: { key: string; next: number }[] = [{ key: start, next: 0 }];
    state.set(start, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const link = callees.get(top.key)?.[top.next++];
      if (link === undefined) {
        state.set(top.key, 'done');
        order.push(top.key);
        stack.pop();
      } else if (state.get(link[1]) === 'open') back.add(link);
      else if (!state.has(link[1])) {
        state.set(link[1], 'open');
        stack.push({ key: link[1], next: 0 });
      }
    }
  }
  const ranks = new Map<string, number>(keys.map((key) => [key, 0]));
  for (const key of order.reverse()) {
    for (const link of callees.get(key) ?? []) {
      if (back.has(link)) continue;
      ranks.set(link[1], Math.max(ranks.get(link[1]) ?? 0, (ranks.get(key) ?? 0) + 1));
    }
  }
  return ranks;
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

/** Where the links of a node lead. */
function neighbours(links: readonly Edge[]): Neighbours {
  const found = new Map<string, string[]>();
  for (const [from, to] of links) {
    const known = found.get(from);
    if (known === undefined) found.set(from, [to]);
    else known.push(to);
  }
  return found;
}

/** Each column by the mean place of its neighbours to the left, then back by those to the right. */
function order(columns: readonly string[][], callers: Neighbours, callees: Neighbours): void {
  const places = new Map<string, number>();
  const note = (column: readonly string[]): void =>
    column.forEach((key, i) => void places.set(key, (i + 0.5) / column.length));
  columns.forEach(note);
  const sortBy = (column: string[], neighbours: Neighbours): void => {
    const mean = (key: string): number => {
      const near = (neighbours.get(key) ?? []).flatMap((each) => places.get(each) ?? []);
      return near.length === 0
        ? (places.get(key) ?? 0)
        : near.reduce((sum, each) => sum + each, 0) / near.length;
    };
    const means = new Map(column.map((key) => [key, mean(key)]));
    column.sort((a, b) => (means.get(a) as number) - (means.get(b) as number) || (a < b ? -1 : 1));
    note(column);
  };
  for (const column of columns) sortBy(column, callers);
  for (const column of columns.toReversed()) sortBy(column, callees);
}
