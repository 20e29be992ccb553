/**
 * Arguments of every shape: plain values, lists, objects with getters that throw or count, hidden properties, proxies,
 * `toJSON`. What of the app's code they hold and anybody runs is logged.
 */
import fc from 'fast-check';

/** Every call of the app's code, in order. */
export type Log = string[];

/** How an argument is dressed up; the same recipe makes it anew for each client. */
export type Recipe = (log: Log) => unknown;

const value = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
      maxDepth: 2,
    }),
  },
  { weight: 1, arbitrary: fc.array(fc.double()) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown[]>(
      undefined as never,
      null as never,
      [],
      [{}],
      [{ upsert: { points: [1] } }],
    ),
  },
);

const plain: fc.Arbitrary<Recipe> = value.map((made) => () => made);
const record = (keys: readonly string[], inner: fc.Arbitrary<Recipe>): fc.Arbitrary<Recipe> =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom(...keys),
        inner,
        fc.constantFrom('data', 'data', 'data', 'getter', 'counting', 'throwing', 'hidden'),
      ),
      { maxLength: 6 },
    )
    .map((entries) => (log) => {
      const object = {};
      for (const [key, recipe, kind] of entries) {
        const made = recipe(log);
        let count = 0;
        if (kind === 'data' || kind === 'hidden')
          Object.defineProperty(object, key, {
            value: made,
            enumerable: kind === 'data',
            configurable: true,
            writable: true,
          });
        else
          Object.defineProperty(object, key, {
            enumerable: true,
            configurable: true,
            get() {
              log.push(`get ${key}`);
              if (kind === 'throwing') throw new RangeError(`no ${key}`);
              return kind === 'counting' ? ++count : made;
            },
          });
      }
      return object;
    });
const list = (inner: fc.Arbitrary<Recipe>): fc.Arbitrary<Recipe> =>
  fc.array(inner, { maxLength: 4 }).map((items) => (log) => items.map((item) => item(log)));
const proxied = (inner: fc.Arbitrary<Recipe>): fc.Arbitrary<Recipe> =>
  inner.map((recipe) => (log) => {
    const target = recipe(log);
    if (typeof target !== 'object' || target === null) return target;
    const trap =
      <Args extends unknown[]>(name: string, run: (...args: Args) => unknown) =>
      (...args: Args) => {
        log.push(`${name} ${String(args[1])}`);
        return run(...args);
      };
    return new Proxy(target, {
      get: trap('trap get', (on: object, key: string | symbol) => Reflect.get(on, key)),
      ownKeys: trap('trap ownKeys', (on: object) => Reflect.ownKeys(on)) as (
        on: object,
      ) => (string | symbol)[],
      getOwnPropertyDescriptor: trap('trap descriptor', (on: object, key: string | symbol) =>
        Reflect.getOwnPropertyDescriptor(on, key),
      ) as ProxyHandler<object>['getOwnPropertyDescriptor'] & {},
      has: trap('trap has', (on: object, key: string | symbol) => Reflect.has(on, key)) as (
        on: object,
        key: string | symbol,
      ) => boolean,
    });
  });
const toJson: fc.Arbitrary<Recipe> = plain.map((recipe) => (log) => ({
  toJSON() {
    log.push('toJSON');
    return recipe(log);
  },
}));
const leaf = fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: toJson });

export interface RandomArguments {
  /** Mostly an object that has some of the keys. */
  readonly argument: fc.Arbitrary<Recipe>;
  /** What stands in such an object. */
  readonly nested: fc.Arbitrary<Recipe>;
}

/** @param keys names that the code under test reads. */
export function randomArguments(keys: readonly string[]): RandomArguments {
  const nested = fc.oneof(leaf, record(keys, leaf), list(record(keys, leaf)), proxied(record(keys, leaf)));
  const argument = fc.oneof(
    { weight: 4, arbitrary: record(keys, nested) },
    { weight: 1, arbitrary: nested },
    { weight: 1, arbitrary: proxied(list(nested)) },
  );
  return { argument, nested };
}
