/** Replaces functions of objects that are not ours, once each, and puts them back. */

// biome-ignore lint/suspicious/noExplicitAny: any function
export type AnyFunction = (this: unknown, ...args: any[]) => unknown;

/** Marks our functions, whichever copy of this package has made them: ESM and CommonJS builds may both be loaded. */
const WRAPPED = Symbol.for('@uat/qdrant-instrumentation/wrapped');

/** Its value. */
const THIS_COPY = Object.freeze({});

export function isWrapped(value: unknown): boolean {
  return typeof value === 'function' && WRAPPED in value;
}

/** The SDK may have loaded the CommonJS build, the app the other. */
export function isWrappedByAnotherCopy(value: unknown): boolean {
  return isWrapped(value) && (value as unknown as Record<symbol, unknown>)[WRAPPED] !== THIS_COPY;
}

interface Replacement {
  readonly key: string;
  /** Undefined: it was inherited, and ours is put on top. */
  readonly previous: PropertyDescriptor | undefined;
  readonly ours: AnyFunction;
}

export interface WrappedFunctions {
  /** True once for each object, and again after `restore()`. */
  isNew(target: object): boolean;
  /** @returns false when it is ours already, or cannot be replaced. */
  replace(target: object, key: string, wrap: (original: AnyFunction) => AnyFunction): boolean;
  /** Puts everything back that nobody else has wrapped since. */
  restore(): void;
}

export function createWrappedFunctions(): WrappedFunctions {
  // Clients come and go; what they are wrapped with must not keep them.
  const targets = new Map<WeakRef<object>, Replacement[]>();
  const references = new WeakMap<object, WeakRef<object>>();
  let seen = new WeakSet<object>();
  const gone = new FinalizationRegistry<WeakRef<object>>((reference) => targets.delete(reference));

  function remember(target: object, replacement: Replacement): void {
    let reference = references.get(target);
    if (reference === undefined) {
      reference = new WeakRef(target);
      references.set(target, reference);
      targets.set(reference, []);
      gone.register(target, reference);
    }
    targets.get(reference)!.push(replacement);
  }

  /** Below somebody else's wrapper: see `restore`. */
  function isStillThere(target: object, key: string): boolean {
    const reference = references.get(target);
    return reference !== undefined && targets.get(reference)?.some((one) => one.key === key) === true;
  }

  return {
    isNew(target) {
      if (seen.has(target)) return false;
      seen.add(target);
      return true;
    },
    replace(target, key, wrap) {
      const original = (target as Record<string, unknown>)[key];
      if (typeof original !== 'function' || isWrapped(original) || isStillThere(target, key)) return false;
      const previous = Object.getOwnPropertyDescriptor(target, key);
      if (previous === undefined ? !Object.isExtensible(target) : !previous.configurable) return false;
      const ours = wrap(original as AnyFunction);
      // As an own property it hides an inherited one; it must not show where the app lists its own.
      const descriptor = previous ?? { configurable: true, writable: true, enumerable: false };
      if ('get' in descriptor) return false;
      Object.defineProperty(target, key, { ...descriptor, value: dress(ours, original as AnyFunction) });
      remember(target, { key, previous, ours });
      return true;
    },
    restore() {
      seen = new WeakSet();
      for (const [reference, replacements] of targets) {
        const target = reference.deref();
        if (target === undefined) continue;
        const left = replacements.filter(({ key, previous, ours }) => {
          // Somebody else's wrapper stands on ours: it stays below, and calls straight through.
          if (Object.getOwnPropertyDescriptor(target, key)?.value !== ours) return true;
          if (previous === undefined) delete (target as Record<string, unknown>)[key];
          else Object.defineProperty(target, key, previous);
          return false;
        });
        if (left.length > 0) targets.set(reference, left);
        else {
          targets.delete(reference);
          references.delete(target);
        }
      }
    },
  };
}

/** Name, length and every other property of the original, such as the `Error` of the REST client's functions. */
function dress(ours: AnyFunction, original: AnyFunction): AnyFunction {
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'prototype') continue;
    Object.defineProperty(ours, key, Object.getOwnPropertyDescriptor(original, key)!);
  }
  Object.defineProperty(ours, WRAPPED, { value: THIS_COPY });
  return ours;
}
