/** `POST …/points/search/matrix/…`: how near the points of a random sample are to each other. */
import { readFilter } from '../filter/filter.ts';
import { readObject, readUint } from '../format-error.ts';
import type { Json } from '../json.ts';
import { compareIds, type PointId } from '../point-id.ts';
import { invalid } from '../server-error.ts';
import { shortest32 } from '../single-precision.ts';
import { type QueryContext, shuffled } from './query.ts';
import { readName } from './reading.ts';
import { TopHits } from './top-hits.ts';

const DEFAULT_SAMPLE = 10;
const DEFAULT_LIMIT = 3;

interface Row {
  readonly id: PointId;
  /** Places in the sample, the nearest first. */
  readonly near: { readonly place: number; readonly score: number }[];
}

export function matrixPairs(context: QueryContext, body: unknown): Json {
  const rows = matrix(context, body);
  return {
    pairs: rows.flatMap(({ id, near }) =>
      near.map(({ place, score }) => ({ a: id, b: rows[place]!.id, score })),
    ),
  };
}

export function matrixOffsets(context: QueryContext, body: unknown): Json {
  const rows = matrix(context, body);
  const cells = rows.flatMap(({ near }, row) => near.map((cell) => ({ row, ...cell })));
  return {
    offsets_row: cells.map(({ row }) => row),
    offsets_col: cells.map(({ place }) => place),
    scores: cells.map(({ score }) => score),
    ids: rows.map(({ id }) => id),
  };
}

function matrix(context: QueryContext, body: unknown): Row[] {
  const request = readObject(body, 'SearchMatrixRequest');
  const sample = readUint(request.sample) ?? DEFAULT_SAMPLE;
  if (sample < 2)
    throw invalid(
      'JSON body',
      'search_matrix_request.sample',
      `value ${sample} invalid, must be 2 or larger`,
    );
  const limit = readUint(request.limit) ?? DEFAULT_LIMIT;
  if (limit === 0)
    throw invalid('JSON body', 'search_matrix_request.limit', 'value 0 invalid, must be 1 or larger');
  const { collection } = context;
  const field = collection.field(readName(request.using));
  const having = [...collection.matching(readFilter(request.filter, collection))].filter((slot) =>
    field.has(slot),
  );
  const slots = shuffled(having)
    .slice(0, sample)
    .sort((a, b) => compareIds(collection.points.idOf(a), collection.points.idOf(b)));
  context.spend(slots.length * slots.length * field.cost);
  return slots.map((slot) => {
    const similarity = field.similarityTo(field.stored(slot)!);
    const top = new TopHits(limit);
    slots.forEach((other, place) => {
      if (other !== slot && !Number.isNaN(similarity(other))) top.add(similarity(other), place);
    });
    return {
      id: collection.points.idOf(slot),
      near: top.sorted().map(({ slot: place, score }) => ({ place, score: shortest32(field.score(score)) })),
    };
  });
}
