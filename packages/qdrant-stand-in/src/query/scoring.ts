/** Queries that score points by one or several vectors. https://qdrant.tech/documentation/concepts/explore/ */
import { noVariant, oneOrMany, readArray } from '../format-error.ts';
import { isObject } from '../json.ts';
import { badRequest, wrongInput } from '../server-error.ts';
import type { Prepared, Similarity, VectorField } from '../store/vector-field.ts';
import { readVectorInput, type VectorInput, type VectorResolver } from './vector-input.ts';

/** Greater is better; NaN for a point without the vector. */
export interface Scorer {
  readonly similarity: Similarity;
  /** What is told for a similarity. */
  score(similarity: number): number;
  /** Comparisons that one point costs. */
  readonly comparisons: number;
}

/** A query that has been read, before its ids are looked up. */
export type VectorQuery = (resolver: VectorResolver, field: VectorField) => Scorer;

export function nearest(input: VectorInput): VectorQuery {
  return (resolver, field) => nearestTo(resolver.resolve(input), field);
}

function nearestTo(query: Prepared, field: VectorField): Scorer {
  return {
    similarity: field.similarityTo(query),
    score: (similarity) => field.score(similarity),
    comparisons: 1,
  };
}

function combined(similarity: Similarity, comparisons: number): Scorer {
  return { similarity, score: (similarity) => similarity, comparisons };
}

export function recommend(value: unknown): VectorQuery {
  if (!isObject(value)) throw noVariant('QueryInterface');
  const positive = oneOrMany(value.positive).map(readVectorInput);
  const negative = oneOrMany(value.negative).map(readVectorInput);
  const strategy = value.strategy ?? 'average_vector';
  if (!['average_vector', 'best_score', 'sum_scores'].includes(strategy as string))
    throw noVariant('QueryInterface');
  return (resolver, field) => {
    if (positive.length === 0 && (strategy === 'average_vector' || negative.length === 0))
      throw badRequest(
        strategy === 'average_vector'
          ? 'At least one positive vector ID required with this strategy'
          : 'At least one positive or negative vector ID required with this strategy',
      );
    const resolve = (input: VectorInput) => resolver.resolve(input);
    const good = positive.map(resolve);
    const bad = negative.map(resolve);
    if (strategy === 'average_vector') return nearestTo(field.average(good, bad), field);
    const toGood = good.map((vector) => field.similarityTo(vector));
    const toBad = bad.map((vector) => field.similarityTo(vector));
    const score = strategy === 'best_score' ? bestScore : sumOfScores;
    return combined((slot) => score(slot, toGood, toBad), good.length + bad.length);
  };
}

function bestScore(slot: number, good: readonly Similarity[], bad: readonly Similarity[]): number {
  const best = (list: readonly Similarity[]) =>
    list.reduce((most, similarity) => Math.max(most, similarity(slot)), Number.NEGATIVE_INFINITY);
  const nearestGood = best(good);
  const nearestBad = best(bad);
  return nearestGood > nearestBad ? scaledSigmoid(nearestGood) : -scaledSigmoid(nearestBad);
}

function sumOfScores(slot: number, good: readonly Similarity[], bad: readonly Similarity[]): number {
  const sum = (list: readonly Similarity[]) =>
    list.reduce((total, similarity) => total + similarity(slot), 0);
  return sum(good) - sum(bad);
}

interface Pair {
  readonly positive: VectorInput;
  readonly negative: VectorInput;
}

function readPairs(value: unknown): Pair[] {
  return oneOrMany(value).map((pair) => {
    if (!isObject(pair)) throw noVariant('QueryInterface');
    return { positive: readVectorInput(pair.positive), negative: readVectorInput(pair.negative) };
  });
}

function resolvePairs(pairs: readonly Pair[], resolver: VectorResolver, field: VectorField) {
  return pairs.map(({ positive, negative }) => ({
    positive: field.similarityTo(resolver.resolve(positive)),
    negative: field.similarityTo(resolver.resolve(negative)),
  }));
}

export function discover(value: unknown): VectorQuery {
  if (!isObject(value)) throw noVariant('QueryInterface');
  const target = readVectorInput(value.target);
  const pairs = readPairs(value.context);
  return (resolver, field) => {
    const toTarget = field.similarityTo(resolver.resolve(target));
    const toPairs = resolvePairs(pairs, resolver, field);
    return combined(
      (slot) =>
        toPairs.reduce(
          (rank, { positive, negative }) => rank + Math.sign(positive(slot) - negative(slot)),
          scaledSigmoid(toTarget(slot)),
        ),
      1 + 2 * pairs.length,
    );
  };
}

export function context(value: unknown): VectorQuery {
  const pairs = readPairs(value);
  return (resolver, field) => {
    const toPairs = resolvePairs(pairs, resolver, field);
    return combined(
      (slot) =>
        toPairs.reduce(
          (loss, { positive, negative }) =>
            loss + sigmoid(Math.min(positive(slot) - negative(slot) - SMALLEST_STEP, 0)),
          0,
        ),
      2 * pairs.length,
    );
  };
}

/** Of 32-bit floats. */
const SMALLEST_STEP = 1.1920929e-7;

function sigmoid(x: number): number {
  return x / (1 + Math.abs(x));
}

function scaledSigmoid(x: number): number {
  return 0.5 * (sigmoid(x) + 1);
}

/** Of the best and the worst example, the next ones, and so on. */
const MAX_PAIRS = 3;

/**
 * What users said of earlier hits shifts the score: `a * similarity + sum(confidence^b * c * delta)`, over pairs of a
 * better and a worse hit; the confidence is how far apart they were said to be, the delta how far apart they are.
 */
export function relevanceFeedback(value: unknown): VectorQuery {
  const naive = isObject(value) && isObject(value.strategy) ? value.strategy.naive : undefined;
  if (!isObject(value) || !isObject(naive)) throw noVariant('QueryInterface');
  const target = readVectorInput(value.target);
  const items = readArray(value.feedback, 'feedback').map((item) => {
    if (!isObject(item) || typeof item.score !== 'number') throw noVariant('QueryInterface');
    return { input: readVectorInput(item.example), score: item.score };
  });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => naive[name]);
  if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number')
    throw noVariant('QueryInterface');
  if (b < 0) throw wrongInput('`b` must not be negative');
  return (resolver, field) => {
    const toTarget = field.similarityTo(resolver.resolve(target));
    const examples = items
      .map(({ input, score }) => ({ score, similarity: field.similarityTo(resolver.resolve(input)) }))
      .sort((x, y) => y.score - x.score);
    const pairs = examples.slice(0, Math.min(MAX_PAIRS, examples.length >> 1)).map((better, place) => {
      const worse = examples.at(-1 - place)!;
      return { better, worse, weight: (better.score - worse.score) ** b * c };
    });
    return combined(
      (slot) =>
        pairs.reduce(
          (sum, { better, worse, weight }) =>
            sum + weight * (better.similarity(slot) - worse.similarity(slot)),
          a * toTarget(slot),
        ),
      1 + 2 * pairs.length,
    );
  };
}
