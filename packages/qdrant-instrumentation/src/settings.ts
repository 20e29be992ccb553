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
 * @throws TypeError naming the option, its value and what is allowed.
 */
export function settle(options: QdrantOptions | undefined): Settings {
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
  return typeof value === 'string' ? `'${value}'` : String(value);
}
