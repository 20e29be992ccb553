import { inspect } from 'node:util';
import type { QdrantOptions } from './types.ts';

/** The options, checked, with defaults filled in. */
export type Settings = Readonly<Required<QdrantOptions>>;

const ALLOWED = {
  httpSpans: ['suppress', 'keep'],
  collectionName: ['everywhere', 'attribute', 'nowhere'],
  queryText: ['off', 'shape'],
  requireParentSpan: [false, true],
} as const;

/**
 * The first of the allowed values is the default.
 *
 * @param others names of options that somebody else reads.
 * @throws TypeError naming the option, its value and what is allowed.
 */
export function settle(options: QdrantOptions | undefined, others: readonly string[] = []): Settings {
  if (options !== undefined && (typeof options !== 'object' || options === null))
    throw new TypeError(
      `@uat/qdrant-instrumentation: options are an object, such as { queryText: 'shape' }, not ${show(options)}.`,
    );
  for (const name of Object.keys(options ?? {})) {
    if (!(name in ALLOWED) && !others.includes(name))
      throw new TypeError(
        `@uat/qdrant-instrumentation: there is no option ${name}; there are ${[...Object.keys(ALLOWED), ...others].join(', ')}.`,
      );
  }
  const settings: Record<string, unknown> = {};
  for (const [name, allowed] of Object.entries(ALLOWED) as [keyof QdrantOptions, readonly unknown[]][]) {
    const given = options?.[name];
    if (given !== undefined && !allowed.includes(given)) {
      throw new TypeError(
        `@uat/qdrant-instrumentation: the option ${name} is ${show(given)}; allowed are ${allowed.map(show).join(', ')}.`,
      );
    }
    settings[name] = given ?? allowed[0];
  }
  return Object.freeze(settings) as unknown as Settings;
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 40 });
}
