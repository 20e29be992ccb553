/** Every option, documented once: what it does and its default. */
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';

export interface QdrantOptions {
  /**
   * The HTTP spans that `fetch` instrumentation would make inside a Qdrant span.
   *
   * - `suppress`: none. The Qdrant span has their host, port, status and duration already.
   * - `keep`: they are made, as children.
   *
   * The trace context reaches the server either way. Default: `suppress`.
   */
  httpSpans?: 'suppress' | 'keep';

  /**
   * Where a collection's name is shown. With a collection for every tenant it makes too many span names and series.
   *
   * - `everywhere`: span name, span attribute, metrics.
   * - `attribute`: span attribute alone.
   * - `nowhere`.
   *
   * Default: `everywhere`.
   */
  collectionName?: 'everywhere' | 'attribute' | 'nowhere';

  /**
   * `shape` adds `db.query.text`: the skeleton of filter and prefetch in at most 1024 characters, every value a `?`,
   * vectors left out. Names of payload fields are in it. Default: `off`.
   */
  queryText?: 'off' | 'shape';

  /** Make spans only below another span; metrics are recorded all the same. Default: `false`. */
  requireParentSpan?: boolean;
}

export type QdrantInstrumentationConfig = InstrumentationConfig & QdrantOptions;

/** What `instrumentQdrant` accepts: a client, or a client class, of either package. */
export type QdrantClientOrClass = object;
