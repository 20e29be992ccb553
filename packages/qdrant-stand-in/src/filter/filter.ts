/** Filters: read once, then asked for each point. https://qdrant.tech/documentation/concepts/filtering/ */
import { createHash } from 'node:crypto';
import { FormatError, noVariant, oneOrMany, wrongType } from '../format-error.ts';
import { isObject } from '../json.ts';
import { type PointId, readPointId } from '../point-id.ts';
import { readGeoBox, readGeoPolygon, readGeoRadius } from './geography.ts';
import { readMatch, type ValueTest } from './matching.ts';
import { type PayloadPath, readPayloadPath, valuesAt } from './payload-path.ts';
import { readCounts, readRange } from './ranges.ts';

/** What a filter asks of a point. In `nested` the payload is one element of a list. */
export interface FilteredPoint {
  readonly id: PointId;
  readonly payload: unknown;
  hasVector(name: string): boolean;
}

export type PointTest = (point: FilteredPoint) => boolean;

/** What the filter needs to know of the collection. */
export interface FilteredCollection {
  hasTextIndex(key: string): boolean;
}

const CLAUSES = ['should', 'min_should', 'must', 'must_not'];

/** Undefined when there is no filter. */
export function readFilter(filter: unknown, collection: FilteredCollection): PointTest | undefined {
  if (filter === undefined || filter === null) return undefined;
  if (!isObject(filter)) throw wrongType(filter, 'struct Filter');
  for (const key of Object.keys(filter)) {
    if (!CLAUSES.includes(key))
      throw new FormatError(
        `unknown field \`${key}\`, expected one of \`should\`, \`min_should\`, \`must\`, \`must_not\``,
      );
  }
  const read = (condition: unknown) => readCondition(condition, collection);
  const must = oneOrMany(filter.must).map(read);
  const should = oneOrMany(filter.should).map(read);
  const mustNot = oneOrMany(filter.must_not).map(read);
  const minShould = readMinShould(filter.min_should, read);
  return (point) =>
    must.every((test) => test(point)) &&
    (should.length === 0 || should.some((test) => test(point))) &&
    !mustNot.some((test) => test(point)) &&
    minShould(point);
}

function readMinShould(value: unknown, read: (condition: unknown) => PointTest): PointTest {
  if (value === undefined || value === null) return () => true;
  if (!isObject(value) || !Array.isArray(value.conditions) || !Number.isInteger(value.min_count))
    throw wrongType(value, 'struct MinShould');
  const conditions = value.conditions.map(read);
  const least = value.min_count as number;
  return (point) => conditions.filter((test) => test(point)).length >= least;
}

export function readCondition(condition: unknown, collection: FilteredCollection): PointTest {
  if (!isObject(condition)) throw noVariant('Condition');
  if ('key' in condition) return readField(condition, collection);
  if (isObject(condition.is_empty)) {
    const path = readPayloadPath(condition.is_empty.key);
    return ({ payload }) => valuesAt(payload, path).every(isEmpty);
  }
  if (isObject(condition.is_null)) {
    const path = readPayloadPath(condition.is_null.key);
    return ({ payload }) => valuesAt(payload, path).some(isNull);
  }
  if (Array.isArray(condition.has_id)) {
    const ids = new Set(condition.has_id.map(readPointId));
    return ({ id }) => ids.has(id);
  }
  if (typeof condition.has_vector === 'string') {
    const name = condition.has_vector;
    return (point) => point.hasVector(name);
  }
  if (isObject(condition.slice)) return readSlice(condition.slice);
  if (isObject(condition.nested)) return readNested(condition.nested, collection);
  const keys = Object.keys(condition);
  if (keys.length > 0 && keys.every((key) => CLAUSES.includes(key)))
    return readFilter(condition, collection)!;
  throw noVariant('Condition');
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** A list that holds null is not null; `key[]` asks its elements. */
function isNull(value: unknown): boolean {
  return value === null;
}

function readNested(nested: Record<string, unknown>, collection: FilteredCollection): PointTest {
  const path = readPayloadPath(nested.key);
  const test = readFilter(nested.filter, collection);
  if (!test) throw noVariant('Condition');
  // The elements of a list: an object that stands by itself is none.
  const last = path.at(-1)!;
  const elements: PayloadPath = 'every' in last ? path : [...path, { every: true }];
  return (point) =>
    valuesAt(point.payload, elements).some(
      (element) => isObject(element) && test({ ...point, hasVector: point.hasVector, payload: element }),
    );
}

/** One of `total` equal parts of the points, chosen by a hash of the id. The server's hash is another one. */
function readSlice({ total, index }: Record<string, unknown>): PointTest {
  if (!Number.isInteger(total) || !Number.isInteger(index) || (total as number) < 1)
    throw noVariant('Condition');
  return ({ id }) =>
    createHash('sha1').update(String(id)).digest().readUInt32BE() % (total as number) === index;
}

function readField(condition: Record<string, unknown>, collection: FilteredCollection): PointTest {
  const path = readPayloadPath(condition.key);
  const given = (name: string) => condition[name] !== undefined && condition[name] !== null;
  const tests: PointTest[] = [];
  const onValue = (test: ValueTest): void => {
    // A condition on a list holds when it holds for one of its elements.
    tests.push(({ payload }) =>
      valuesAt(payload, path).some((value) => (Array.isArray(value) ? value.some(test) : test(value))),
    );
  };
  if (given('match')) onValue(readMatch(condition.match, collection.hasTextIndex(String(condition.key))));
  if (given('range')) onValue(readRange(condition.range));
  if (given('geo_bounding_box')) onValue(readGeoBox(condition.geo_bounding_box));
  if (given('geo_radius')) onValue(readGeoRadius(condition.geo_radius));
  if (given('geo_polygon')) onValue(readGeoPolygon(condition.geo_polygon));
  if (given('values_count')) {
    const test = readCounts(condition.values_count);
    tests.push(({ payload }) => {
      const values = valuesAt(payload, path);
      return values.length === 0 ? test(0) : values.some((value) => test(countOf(value)));
    });
  }
  if (given('is_empty'))
    tests.push(({ payload }) => valuesAt(payload, path).every(isEmpty) === condition.is_empty);
  if (given('is_null'))
    tests.push(({ payload }) => valuesAt(payload, path).some(isNull) === condition.is_null);
  if (tests.length === 0) throw noVariant('Condition');
  return (point) => tests.every((test) => test(point));
}

function countOf(value: unknown): number {
  return value === null ? 0 : Array.isArray(value) ? value.length : 1;
}
