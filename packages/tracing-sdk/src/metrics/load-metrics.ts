import type * as StartMetrics from './start-metrics.ts';

/** The same code, as it is written and as it is published: a file of its own, so that it is not loaded when metrics are off. */
const FILE = import.meta.url.endsWith('.ts') ? './start-metrics.ts' : './metrics.js';

/**
 * Loads what metrics need, in the middle of a synchronous start.
 *
 * @throws Error where the file is not beside this one, as in a bundle.
 */
export function loadMetrics(): typeof StartMetrics {
  const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
  return require(FILE) as typeof StartMetrics;
}
