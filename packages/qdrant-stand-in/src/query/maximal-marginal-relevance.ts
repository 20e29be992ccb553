import type { VectorField } from '../store/vector-field.ts';

/**
 * Orders hits so that each is near the query and far from those before it. `diversity` 0 leaves the order as it is,
 * 1 looks at the distance between hits only.
 */
export function diversified<T extends { readonly slot: number; readonly score: number }>(
  hits: readonly T[],
  field: VectorField,
  diversity: number,
): T[] {
  const left = hits.map((hit) => ({
    hit,
    similarity: field.similarityTo(field.stored(hit.slot)!),
    /** To the nearest of those chosen. */
    likeness: Number.NEGATIVE_INFINITY,
  }));
  const chosen: T[] = [];
  while (left.length > 0) {
    const worth = ({ hit, likeness }: (typeof left)[number]) =>
      (1 - diversity) * hit.score - (likeness === Number.NEGATIVE_INFINITY ? 0 : diversity * likeness);
    let best = 0;
    for (let i = 1; i < left.length; i++) if (worth(left[i]!) > worth(left[best]!)) best = i;
    const [next] = left.splice(best, 1);
    chosen.push(next!.hit);
    for (const other of left) other.likeness = Math.max(other.likeness, other.similarity(next!.hit.slot));
  }
  return chosen;
}
