/** Scores computed from the prefetches' scores and the payload. */
import { readCondition } from '../filter/filter.ts';
import { distanceBetween, geoPointOf, readGeoPoint } from '../filter/geography.ts';
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
  /** One for each prefetch, undefined where that did not find the point. */
  readonly scores: readonly (number | undefined)[];
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
        const value = expression({ slot, scores: scores.map((list) => list.get(slot)) });
        const score = finite(Math.fround(value), () => `${rustText(value)} as f32`);
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
        return product(many());
      case 'sum':
        return sum(many());
      case 'neg':
        return mapped(one(), (x) => -x);
      case 'abs':
        return mapped(one(), Math.abs);
      case 'sqrt':
        return mapped(one(), (x) => finite(Math.sqrt(x), () => `√${rustText(x)}`));
      case 'exp':
        return mapped(one(), (x) => finite(Math.exp(x), () => `exp(${rustText(x)})`));
      case 'log10':
        return mapped(one(), (x) => finite(Math.log10(x), () => `log10(${rustText(x)})`));
      case 'ln':
        return mapped(one(), (x) => finite(Math.log(x), () => `ln(${rustText(x)})`));
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
        return this.#payload(String(inner), 'datetime', (found) => {
          if (typeof found !== 'string') return 'Value is not a string';
          const date = dateOf(found);
          return date === undefined ? 'input contains invalid characters' : date / 1000;
        });
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
    const prefetch = prefetchOf(text);
    if (prefetch === undefined)
      return this.#payload(text, 'number', (found) =>
        typeof found === 'number' ? found : 'Value is not a number',
      );
    const given = Object.entries(this.#defaults).find(([name]) => prefetchOf(name) === prefetch)?.[1];
    const fallback = typeof given === 'number' ? given : 0;
    return ({ scores }) => scores[prefetch] ?? fallback;
  }

  /** `read` gives what is wrong with a value as text. A default stands in for a missing value, not for a wrong one. */
  #payload(key: string, kind: string, read: (found: unknown) => number | string): Expression {
    const path = readPayloadPath(key);
    return ({ slot }) => {
      const all = valuesAt(this.#collection.points.payloadOf(slot), path).flat();
      const fallback = Object.hasOwn(this.#defaults, key) ? this.#defaults[key] : undefined;
      const found = all.length > 1 ? all : all.length === 1 ? all[0] : fallback;
      const number = found === undefined ? 'No value found in a payload nor defaults' : read(found);
      if (typeof number === 'string')
        throw wrongInput(
          `Expected ${kind} value for ${key} in the payload and/or in the formula defaults. Error: ${number}`,
        );
      return number;
    };
  }

  #division(value: unknown): Expression {
    if (!isObject(value)) throw noVariant('Expression');
    const left = this.read(value.left);
    const right = this.read(value.right);
    const byZero = value.by_zero_default;
    return (point) => {
      const dividend = left(point);
      if (dividend === 0) return 0;
      const divisor = right(point);
      if (divisor === 0 && typeof byZero === 'number') return byZero;
      return finite(dividend / divisor, () => `${rustText(dividend)}/${rustText(divisor)}`);
    };
  }

  #power(value: unknown): Expression {
    if (!isObject(value)) throw noVariant('Expression');
    const base = this.read(value.base);
    const exponent = this.read(value.exponent);
    return (point) => {
      const [x, power] = [base(point), exponent(point)];
      return finite(x ** power, () => `${rustText(x)}^${rustText(power)}`);
    };
  }

  #geoDistance(value: unknown): Expression {
    if (!isObject(value)) throw noVariant('Expression');
    const origin = readGeoPoint(value.origin);
    return this.#payload(String(value.to), 'geo point', (found) => {
      const point = geoPointOf(found);
      return point === undefined ? 'Value is not a geo point' : distanceBetween(origin, point);
    });
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

function sum(items: readonly Expression[]): Expression {
  return (point) => items.reduce((total, item) => total + item(point), 0);
}

/** What comes after a zero is not looked at. */
function product(items: readonly Expression[]): Expression {
  return (point) => {
    let total = 1;
    for (const item of items) {
      const factor = item(point);
      if (factor === 0) return 0;
      total *= factor;
    }
    return total;
  };
}

/** The number of the prefetch in `$score` or `$score[n]`. */
function prefetchOf(name: string): number | undefined {
  const score = /^\$score(?:\[(\d+)\])?$/.exec(name);
  return score ? Number(score[1] ?? 0) : undefined;
}

function finite(value: number, expression: () => string): number {
  if (Number.isFinite(value)) return value;
  throw wrongInput(`The expression ${expression()} = ${rustText(value)} produced a non-finite number`);
}

function rustText(value: number): string {
  return String(value).replace('Infinity', 'inf');
}
