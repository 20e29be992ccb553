/** Scores computed from the prefetches' scores and the payload. */
import { readCondition } from '../filter/filter.ts';
import { distanceBetween, readGeoPoint } from '../filter/geography.ts';
import { readPayloadPath, valuesAt } from '../filter/payload-path.ts';
import { dateOf } from '../filter/ranges.ts';
import { noVariant } from '../format-error.ts';
import { isObject } from '../json.ts';
import { wrongInput } from '../server-error.ts';
import type { Collection } from '../store/collection.ts';
import type { Hit } from './top-hits.ts';

export type Formula = (collection: Collection, lists: readonly (readonly Hit[])[]) => Hit[];

interface Point {
  readonly slot: number;
  readonly scores: readonly number[];
}

type Expression = (point: Point) => number;

/** @throws FormatError for what is no expression. */
export function readFormula(query: Record<string, unknown>, collection: Collection): Formula {
  const defaults = isObject(query.defaults) ? query.defaults : {};
  const expression = new Reader(collection, defaults).read(query.formula);
  return (collection, lists) => {
    const scores = lists.map((hits) => new Map(hits.map(({ slot, score }) => [slot, score])));
    const slots = new Set(lists.flat().map(({ slot }) => slot));
    return [...slots]
      .map((slot) => {
        const score = expression({ slot, scores: scores.map((list) => list.get(slot) ?? 0) });
        if (!Number.isFinite(score)) throw wrongInput('The expression produced a non-finite number');
        return { slot, score, version: collection.points.versionOf(slot) };
      })
      .sort((a, b) => b.score - a.score);
  };
}

class Reader {
  readonly #collection: Collection;
  readonly #defaults: Record<string, unknown>;

  constructor(collection: Collection, defaults: Record<string, unknown>) {
    this.#collection = collection;
    this.#defaults = defaults;
  }

  read(value: unknown): Expression {
    if (typeof value === 'number') return () => value;
    if (typeof value === 'string') return this.#variable(value);
    if (!isObject(value)) throw noVariant('Expression');
    const [name, inner] = Object.entries(value)[0] ?? [];
    const one = () => this.read(inner);
    const many = () => {
      if (!Array.isArray(inner)) throw noVariant('Expression');
      return inner.map((item) => this.read(item));
    };
    switch (name) {
      case 'mult':
        return fold(many(), 1, (a, b) => a * b);
      case 'sum':
        return fold(many(), 0, (a, b) => a + b);
      case 'neg':
        return mapped(one(), (x) => -x);
      case 'abs':
        return mapped(one(), Math.abs);
      case 'sqrt':
        return mapped(one(), Math.sqrt);
      case 'exp':
        return mapped(one(), Math.exp);
      case 'log10':
        return mapped(one(), Math.log10);
      case 'ln':
        return mapped(one(), Math.log);
      case 'div':
        return this.#division(inner);
      case 'pow':
        return this.#power(inner);
      case 'geo_distance':
        return this.#geoDistance(inner);
      case 'datetime': {
        const date = typeof inner === 'string' ? dateOf(inner) : undefined;
        if (date === undefined) throw noVariant('Expression');
        return () => date / 1000;
      }
      case 'datetime_key':
        return this.#payload(String(inner), (found) =>
          typeof found === 'string' ? (dateOf(found) ?? Number.NaN) / 1000 : undefined,
        );
      case 'lin_decay':
        return this.#decay(inner, (x, rate) => Math.max(0, 1 - rate.linear * x));
      case 'exp_decay':
        return this.#decay(inner, (x, rate) => Math.exp(rate.logarithm * x));
      case 'gauss_decay':
        return this.#decay(inner, (x, rate) => Math.exp(rate.logarithm * x * x));
      default:
        return this.#condition(value);
    }
  }

  /** 1 where the point passes, else 0. */
  #condition(value: unknown): Expression {
    const test = readCondition(value, this.#collection);
    const { points, fields } = this.#collection;
    return ({ slot }) =>
      test({
        id: points.idOf(slot),
        payload: points.payloadOf(slot),
        hasVector: (name) => fields.get(name)?.has(slot) ?? false,
      })
        ? 1
        : 0;
  }

  /** `$score`, `$score[n]`, or a number in the payload. */
  #variable(text: string): Expression {
    const score = /^\$score(?:\[(\d+)\])?$/.exec(text);
    if (score) return ({ scores }) => scores[Number(score[1] ?? 0)] ?? this.#fallback(text, 0);
    return this.#payload(text, (found) => (typeof found === 'number' ? found : undefined));
  }

  #payload(key: string, read: (found: unknown) => number | undefined): Expression {
    const path = readPayloadPath(key);
    return ({ slot }) => {
      const [found] = valuesAt(this.#collection.points.payloadOf(slot), path);
      const fallback = Object.hasOwn(this.#defaults, key) ? read(this.#defaults[key]) : undefined;
      const number = read(Array.isArray(found) ? found[0] : found) ?? fallback;
      if (number === undefined)
        throw wrongInput(
          `Expected number value for ${key} in the payload and/or in the formula defaults. Error: No value found in a payload nor defaults`,
        );
      return number;
    };
  }

  #fallback(name: string, otherwise: number): number {
    const given = this.#defaults[name];
    return typeof given === 'number' ? given : otherwise;
  }

  #division(value: unknown): Expression {
    if (!isObject(value)) throw noVariant('Expression');
    const left = this.read(value.left);
    const right = this.read(value.right);
    const byZero = value.by_zero_default;
    return (point) => {
      const divisor = right(point);
      return divisor === 0 && typeof byZero === 'number' ? byZero : left(point) / divisor;
    };
  }

  #power(value: unknown): Expression {
    if (!isObject(value)) throw noVariant('Expression');
    const base = this.read(value.base);
    const exponent = this.read(value.exponent);
    return (point) => base(point) ** exponent(point);
  }

  #geoDistance(value: unknown): Expression {
    if (!isObject(value)) throw noVariant('Expression');
    const origin = readGeoPoint(value.origin);
    return this.#payload(String(value.to), (found) =>
      isObject(found) ? distanceBetween(origin, readGeoPoint(found)) : undefined,
    );
  }

  /** 1 at the target, `midpoint` one `scale` away from it. */
  #decay(
    value: unknown,
    shape: (distance: number, rate: { linear: number; logarithm: number }) => number,
  ): Expression {
    if (!isObject(value)) throw noVariant('Expression');
    const x = this.read(value.x);
    const target = value.target === undefined || value.target === null ? () => 0 : this.read(value.target);
    const scale = typeof value.scale === 'number' ? value.scale : 1;
    const midpoint = typeof value.midpoint === 'number' ? value.midpoint : 0.5;
    if (scale <= 0 || midpoint <= 0 || midpoint >= 1)
      throw wrongInput('Decay midpoint should be between 0.0 and 1.0 (exclusive), scale positive');
    const rate = { linear: 1 - midpoint, logarithm: Math.log(midpoint) };
    return (point) => shape(Math.abs(x(point) - target(point)) / scale, rate);
  }
}

function mapped(inner: Expression, change: (x: number) => number): Expression {
  return (point) => change(inner(point));
}

function fold(
  items: readonly Expression[],
  start: number,
  join: (a: number, b: number) => number,
): Expression {
  return (point) => items.reduce((value, item) => join(value, item(point)), start);
}
