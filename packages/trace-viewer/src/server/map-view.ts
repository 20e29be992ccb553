import type { Viewer } from '../trace-viewer.ts';
import type { ServiceMapView } from '../wire/api.ts';

/** Nodes are what edges name, and services that nobody calls. */
export function mapView({ serviceMap, operations }: Viewer, windowMillis: number): ServiceMapView {
  const edges = serviceMap.edges(windowMillis);
  interface Totals {
    kind: string;
    perSecond: number;
    failedPerSecond: number;
    p95: number;
  }
  const nodes = new Map<string, Totals>();
  const add = (
    name: string,
    kind: string,
    of: { perSecond: number; failed: number; p95: number } | undefined,
  ) => {
    const key = `${kind}\0${name}`;
    let node = nodes.get(key);
    if (node === undefined) {
      node = { kind, perSecond: 0, failedPerSecond: 0, p95: 0 };
      nodes.set(key, node);
    }
    if (of === undefined) return;
    node.perSecond += of.perSecond;
    node.failedPerSecond += of.perSecond * of.failed;
    // The slowest of its operations: percentiles cannot be added up.
    node.p95 = Math.max(node.p95, of.p95);
  };
  for (const request of operations.requests(windowMillis)) add(request.labels.service, 'service', request);
  for (const edge of edges) {
    const { from, to, toKind } = edge.labels;
    add(from, 'service', undefined);
    add(to, toKind, toKind === 'service' ? undefined : edge);
  }
  return {
    nodes: Array.from(nodes, ([key, { kind, perSecond, failedPerSecond, p95 }]) => ({
      name: key.slice(key.indexOf('\0') + 1),
      kind,
      perSecond,
      failed: perSecond === 0 ? 0 : failedPerSecond / perSecond,
      p95,
    })),
    edges,
  };
}
