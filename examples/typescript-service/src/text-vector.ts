/** Dimensions of every vector. */
export const VECTOR_SIZE = 512;

/** Letters in a row that are hashed beside the words themselves, so that `sampler` finds `sampling`. */
const GRAM_LENGTH = 4;
const WORD_WEIGHT = 1;
const GRAM_WEIGHT = 0.4;

/** In every text, and so no help in telling them apart. */
const STOP_WORDS = new Set(
  'a an and are as at be by can do for from has have how i if in is it its no not of on one or so that the their them there they this to up was what when where which who why will with you your'.split(
    ' ',
  ),
);

/**
 * A text as a vector, without a model: words and the four-letter pieces of them, hashed to places (the "hashing trick").
 * It finds texts that share words, not texts that mean the same; a service of yours would ask an embedding model.
 *
 * @returns unit length; all zero for a text without a word
 */
export function textVector(text: string): number[] {
  const counts = new Map<string, number>();
  const count = (feature: string, weight: number): void => {
    counts.set(feature, (counts.get(feature) ?? 0) + weight);
  };
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    if (STOP_WORDS.has(word)) continue;
    count(word, WORD_WEIGHT);
    for (let i = 0; i + GRAM_LENGTH <= word.length; i++)
      count(`~${word.slice(i, i + GRAM_LENGTH)}`, GRAM_WEIGHT);
  }
  const vector = new Array<number>(VECTOR_SIZE).fill(0);
  for (const [feature, weight] of counts) {
    const hash = fnv1a(feature);
    // The sign keeps features that fall on the same place from adding up.
    vector[(hash >>> 1) % VECTOR_SIZE]! += (hash & 1 ? 1 : -1) * (1 + Math.log(Math.max(weight, 0.4)));
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** http://www.isthe.com/chongo/tech/comp/fnv/, 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
