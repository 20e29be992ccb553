import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ServiceMapView } from '../wire/api.ts';
import { layOutMap, NODE } from './map-layout.ts';

function map(calls: readonly (readonly [string, string])[], alone: readonly string[] = []): ServiceMapView {
  const names = [...new Set([...calls.flat(), ...alone])];
  return {
    nodes: names.map((name) => ({ name, kind: 'service', perSecond: 1, failed: 0, p95: 1 })),
    edges: calls.map(
      ([from, to]) => ({ labels: { from, to, toKind: 'service' } }) as ServiceMapView['edges'][number],
    ),
  };
}

const columns = (view: ServiceMapView): Record<string, number> =>
  Object.fromEntries(layOutMap(view).nodes.map(({ node, x }) => [node.name, Math.floor(x / NODE.width)]));

describe('layOutMap', () => {
  test('callers stand left of what they call, by the longest way', () => {
    const at = columns(
      map([
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
        ['c', 'd'],
      ]),
    );
    expect(at.a).toBeLessThan(at.b as number);
    expect(at.b).toBeLessThan(at.c as number);
    expect(at.c).toBeLessThan(at.d as number);
  });

  test('whoever calls nobody and is not called is there too', () => {
    expect(columns(map([], ['lonely']))).toEqual({ lonely: 0 });
  });

  test('circles, calls to oneself, anything: every node once, none on another', () => {
    const name = fc.constantFrom(...'abcdefg');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { maxLength: 20 }), (calls) => {
        const unique = [...new Map(calls.map((call) => [call.join(), call])).values()];
        const view = map(unique);
        const { nodes, edges, width, height } = layOutMap(view);
        expect(nodes.map(({ node }) => node.name).sort()).toEqual(view.nodes.map((node) => node.name).sort());
        expect(edges).toHaveLength(unique.length);
        const places = new Set(nodes.map(({ x, y }) => `${x} ${y}`));
        expect(places.size).toBe(nodes.length);
        for (const { x, y } of nodes) {
          expect(x + NODE.width).toBeLessThanOrEqual(width);
          expect(y + NODE.height).toBeLessThanOrEqual(height);
        }
      }),
    );
  });
});
