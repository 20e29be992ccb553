import {
  type Attributes,
  type Context,
  createTraceState,
  type Link,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '../otel-contract.ts';
import { DROPPED, samplingResult } from './inherited-decision.ts';
import { validParent } from './valid-parent.ts';

export interface HealthRouteOptions {
  /**
   * Also drop what runs below a dropped health request. Needed where `inner` does not follow its parent: it would
   * keep the database call of a health check as a trace without a root. Default: false.
   */
  readonly dropDescendants?: boolean;
}

/** Marks a dropped health request for its descendants. Empty, and known by identity: nothing to see for others. */
const BELOW_HEALTH_ROUTE = createTraceState();
const DROPPED_WITH_DESCENDANTS: SamplingResult = Object.freeze(
  samplingResult(SamplingDecision.NOT_RECORD, BELOW_HEALTH_ROUTE),
);

/**
 * SERVER spans on one of `routes` start no trace: they are dropped unless their parent is sampled, that is, unless
 * someone traces this very request. All other spans are `inner`'s.
 *
 * @param routes paths such as `/health`, compared exactly and in their case but for one slash at the end; matched
 *   against `url.path`, or `http.target` of older instrumentation without its query
 */
export function createHealthRouteSampler(
  routes: readonly string[],
  inner: Sampler,
  options: HealthRouteOptions = {},
): Sampler {
  return new HealthRouteSampler(routes, inner, options.dropDescendants === true);
}

class HealthRouteSampler implements Sampler {
  readonly #routes: ReadonlySet<string>;
  readonly #inner: Sampler;
  readonly #dropDescendants: boolean;

  constructor(routes: readonly string[], inner: Sampler, dropDescendants: boolean) {
    this.#routes = new Set(routes.map(withoutTrailingSlash));
    this.#inner = inner;
    this.#dropDescendants = dropDescendants;
  }

  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    if (spanKind === SpanKind.SERVER) {
      const path = requestPath(attributes);
      if (path !== undefined && this.#routes.has(path)) {
        const parent = validParent(context, traceId);
        if (parent === undefined && this.#dropDescendants) return DROPPED_WITH_DESCENDANTS;
        if (parent === undefined || (parent.traceFlags & TraceFlags.SAMPLED) === 0) return DROPPED;
      }
    } else if (this.#dropDescendants && trace.getSpanContext(context)?.traceState === BELOW_HEALTH_ROUTE) {
      return DROPPED_WITH_DESCENDANTS;
    }
    return this.#inner.shouldSample(context, traceId, spanName, spanKind, attributes, links);
  }

  toString(): string {
    return `HealthRoutes{${[...this.#routes].join(',')}; ${this.#inner}}`;
  }
}

/** Attributes come as the instrumentation passed them: any value may be of any type. */
function requestPath(attributes: Attributes | undefined): string | undefined {
  const path = attributes?.['url.path'];
  if (typeof path === 'string') return withoutTrailingSlash(path);
  const target = attributes?.['http.target'];
  if (typeof target !== 'string') return undefined;
  const query = target.indexOf('?');
  return withoutTrailingSlash(query === -1 ? target : target.slice(0, query));
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
