/** Several lists of hits made into one. https://qdrant.tech/documentation/concepts/hybrid-queries/ */
import { wrongInput } from '../server-error.ts';
import type { Hit } from './top-hits.ts';

/** Reciprocal rank: each list gives a point `1 / ((place + 1) / weight + k - 1)`, the first place being 0. */
export function fuseByRank(
  lists: readonly (readonly Hit[])[],
  k: number,
  weights?: readonly number[],
): Hit[] {
  if (weights && weights.length !== lists.length)
    throw wrongInput(
      `Validation failed: Number of weights in RRF should match number of pre-fetches: got ${weights.length}, expected ${lists.length}`,
    );
  return summed(
    lists.map((hits, list) =>
      hits.map((hit, place) => ({ ...hit, score: rankScore(place, k, weights?.[list] ?? 1) })),
    ),
  );
}

function rankScore(place: number, k: number, weight: number): number {
  return weight <= 0 ? 0 : 1 / ((place + 1) / weight + k - 1);
}

/** Each list's scores are brought to 0..1 by its mean and three standard deviations, then added. */
export function fuseByDistribution(lists: readonly (readonly Hit[])[]): Hit[] {
  return summed(
    lists.map((hits) => {
      if (hits.length < 2) return hits.map((hit) => ({ ...hit, score: 0.5 }));
      const mean = hits.reduce((sum, { score }) => sum + score, 0) / hits.length;
      const variance = hits.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / (hits.length - 1);
      const width = 6 * Math.sqrt(variance);
      return hits.map((hit) => ({ ...hit, score: width === 0 ? 0.5 : (hit.score - mean) / width + 0.5 }));
    }),
  );
}

function summed(lists: readonly (readonly Hit[])[]): Hit[] {
  const bySlot = new Map<number, Hit>();
  for (const hit of lists.flat()) {
    const old = bySlot.get(hit.slot);
    bySlot.set(hit.slot, old ? { ...old, score: old.score + hit.score } : hit);
  }
  return [...bySlot.values()].sort((a, b) => b.score - a.score);
}
