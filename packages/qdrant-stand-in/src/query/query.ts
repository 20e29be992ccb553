/** The universal query: prefetches, then one query over what they found. */
import { type PointTest, readFilter } from '../filter/filter.ts';
import { noVariant, oneOrMany, readFloat, readObject, readUint } from '../format-error.ts';
import { isObject } from '../json.ts';
import { badRequest, invalid } from '../server-error.ts';
import type { Collection } from '../store/collection.ts';
import type { Collections } from '../store/collections.ts';
import type { VectorField } from '../store/vector-field.ts';
import { type Formula, readFormula } from './formula.ts';
import { fuseByDistribution, fuseByRank } from './fusion.ts';
import { diversified } from './maximal-marginal-relevance.ts';
import { type OrderBy, ordered, readOrderBy } from './order-by.ts';
import * as scoring from './scoring.ts';
import { type Hit, TopHits } from './top-hits.ts';
import { isVectorInput, readLookup, readVectorInput, VectorResolver } from './vector-input.ts';

const DEFAULT_LIMIT = 10;
/** The `k` of reciprocal rank fusion. */
const DEFAULT_K = 2;

/** Where a query runs, and what it costs. */
export interface QueryContext {
  readonly collections: Collections;
  readonly collection: Collection;
  spend(cpu: number): void;
}

type Query =
  | { readonly kind: 'none' | 'sample' }
  | { readonly kind: 'vector'; readonly query: scoring.VectorQuery; readonly mmr?: Mmr }
  | { readonly kind: 'order'; readonly order: OrderBy }
  | { readonly kind: 'fusion'; fuse(lists: Hit[][]): Hit[] }
  | { readonly kind: 'formula'; readonly formula: Formula };

interface Mmr {
  readonly diversity: number;
  readonly candidates: number | undefined;
}

/** A request or prefetch that has been read. */
interface Plan {
  readonly prefetch: readonly Plan[];
  readonly query: Query;
  readonly using: string;
  readonly filter: PointTest | undefined;
  readonly threshold: number | undefined;
  readonly limit: number;
  readonly offset: number;
  readonly lookup: unknown;
}

/** The hits of `POST …/points/query`, best first. */
export function runQuery(context: QueryContext, body: unknown): Hit[] {
  const plan = readPlan(context.collection, readObject(body, 'QueryRequest'), 'internal.');
  return run(context, plan, []);
}

function readPlan(collection: Collection, request: Record<string, unknown>, place: string): Plan {
  const limit = readUint(request.limit);
  if (limit === 0) throw invalid('JSON body', `${place}limit`, 'value 0 invalid, must be 1 or larger');
  return {
    prefetch: oneOrMany(request.prefetch).map((inner, index) =>
      readPlan(collection, readObject(inner, 'Prefetch'), `${place}prefetch[${index}].`),
    ),
    query: readQuery(request.query, collection),
    using: typeof request.using === 'string' ? request.using : '',
    filter: readFilter(request.filter, collection),
    threshold: readFloat(request.score_threshold),
    limit: limit ?? DEFAULT_LIMIT,
    offset: readUint(request.offset) ?? 0,
    lookup: request.lookup_from,
  };
}

function readQuery(value: unknown, collection: Collection): Query {
  if (value === undefined || value === null) return { kind: 'none' };
  if (isVectorInput(value)) return { kind: 'vector', query: scoring.nearest(readVectorInput(value)) };
  if (!isObject(value)) throw noVariant('QueryInterface');
  if ('nearest' in value) {
    const query = scoring.nearest(readVectorInput(value.nearest));
    return isObject(value.mmr)
      ? { kind: 'vector', query, mmr: readMmr(value.mmr) }
      : { kind: 'vector', query };
  }
  if ('recommend' in value) return { kind: 'vector', query: scoring.recommend(value.recommend) };
  if ('discover' in value) return { kind: 'vector', query: scoring.discover(value.discover) };
  if ('context' in value) return { kind: 'vector', query: scoring.context(value.context) };
  if ('relevance_feedback' in value)
    return { kind: 'vector', query: scoring.relevanceFeedback(value.relevance_feedback) };
  if ('order_by' in value) return { kind: 'order', order: readOrderBy(value.order_by) };
  if ('formula' in value) return { kind: 'formula', formula: readFormula(value, collection) };
  if (value.sample === 'random') return { kind: 'sample' };
  if (value.fusion === 'rrf') return { kind: 'fusion', fuse: (lists) => fuseByRank(lists, DEFAULT_K) };
  if (value.fusion === 'dbsf') return { kind: 'fusion', fuse: fuseByDistribution };
  if (isObject(value.rrf)) {
    const k = readUint(value.rrf.k) ?? DEFAULT_K;
    if (k === 0) throw invalid('JSON body', 'internal.query.rrf.k', 'value 0 invalid, must be 1 or larger');
    const weights = Array.isArray(value.rrf.weights) ? value.rrf.weights.map(Number) : undefined;
    return { kind: 'fusion', fuse: (lists) => fuseByRank(lists, k, weights) };
  }
  throw noVariant('QueryInterface');
}

function readMmr(mmr: Record<string, unknown>): Mmr {
  const diversity = readFloat(mmr.diversity) ?? 0.5;
  if (diversity < 0 || diversity > 1)
    throw invalid(
      'JSON body',
      'internal.query.mmr.diversity',
      `value ${diversity} invalid, must be from 0.0 to 1.0`,
    );
  return { diversity, candidates: readUint(mmr.candidates_limit) };
}

/** `inherited`: filters of the requests around this one, which hold for prefetches too. */
function run(context: QueryContext, plan: Plan, inherited: readonly PointTest[]): Hit[] {
  const { collection } = context;
  const tests = plan.filter ? [...inherited, plan.filter] : inherited;
  if (plan.prefetch.length > 0 && plan.query.kind === 'none')
    throw badRequest(
      "A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
    );
  const lists = plan.prefetch.map((inner) => run(context, inner, tests));
  const test: PointTest | undefined =
    tests.length === 0 ? undefined : (point) => tests.every((each) => each(point));
  const candidates = lists.length > 0 ? [...new Set(lists.flat().map(({ slot }) => slot))] : undefined;
  const slots = () => candidates ?? collection.matching(test);
  const hits = scored(context, plan, lists, slots);
  return hits.slice(plan.offset, plan.offset + plan.limit);
}

function scored(context: QueryContext, plan: Plan, lists: Hit[][], slots: () => Iterable<number>): Hit[] {
  const { collection } = context;
  const { query, threshold } = plan;
  // What is not scored by vectors is told with version 0 and score 1, as the server does.
  const unscored = (slot: number): Hit => ({ slot, score: 1, version: 0 });
  const enough = (hits: Hit[]) =>
    hits.filter(({ score }) => threshold === undefined || Math.fround(score) >= Math.fround(threshold));
  switch (query.kind) {
    case 'none':
      return Array.from(slots(), unscored);
    case 'sample':
      return shuffled([...slots()]).map(unscored);
    case 'order':
      return ordered(collection, slots(), query.order).map(({ slot, value }) => ({
        ...unscored(slot),
        orderValue: value,
      }));
    case 'fusion':
      if (lists.length === 0) throw badRequest('cannot apply Fusion without prefetches');
      return enough(query.fuse(lists));
    case 'formula':
      if (lists.length === 0) throw badRequest('cannot apply Formula without prefetches');
      return enough(query.formula(collection, lists));
    case 'vector':
      return byVector(context, plan, query.query, query.mmr, slots());
  }
}

function byVector(
  context: QueryContext,
  plan: Plan,
  query: scoring.VectorQuery,
  mmr: Mmr | undefined,
  slots: Iterable<number>,
): Hit[] {
  const { collection } = context;
  const { points } = collection;
  const resolver = new VectorResolver(
    collection,
    plan.using,
    readLookup(plan.lookup, context.collections, plan.using),
  );
  const field: VectorField = collection.field(plan.using);
  const { similarity, score, comparisons } = query(resolver, field);
  const wanted = plan.offset + plan.limit;
  const top = new TopHits(mmr ? Math.max(wanted, mmr.candidates ?? wanted) : wanted);
  let compared = 0;
  for (const slot of slots) {
    const near = similarity(slot);
    compared++;
    if (Number.isNaN(near)) continue;
    if (resolver.named.size > 0 && resolver.named.has(points.idOf(slot))) continue;
    top.add(near, slot);
  }
  context.spend(compared * field.cost * comparisons);
  const found = nearEnough(top.sorted(), (hit) => score(hit.score), plan.threshold, field.smallIsNear);
  return (mmr ? diversified(found, field, mmr.diversity) : found).map((hit) => ({
    slot: hit.slot,
    score: score(hit.score),
    version: points.versionOf(hit.slot),
  }));
}

/**
 * Those before the first that is not nearer than the threshold, which itself is not near enough. As in the server, the
 * field's distance says which side is near, even where a query scores in another way; and floats have 32 bits.
 */
function nearEnough<T>(
  hits: T[],
  scoreOf: (hit: T) => number,
  threshold: number | undefined,
  smallIsNear: boolean,
): T[] {
  if (threshold === undefined) return hits;
  const border = Math.fround(threshold);
  const end = hits.findIndex((hit) => {
    const score = Math.fround(scoreOf(hit));
    return smallIsNear ? score >= border : score <= border;
  });
  return end < 0 ? hits : hits.slice(0, end);
}

export function shuffled<T>(list: T[]): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
