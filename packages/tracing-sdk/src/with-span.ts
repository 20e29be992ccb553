import { type Attributes, type Span, SpanStatusCode, trace } from '@opentelemetry/api';

/**
 * Runs `fn` in a span that is current inside it, and ends the span when `fn` returns or its promise settles.
 *
 * A thrown error is recorded once (event `exception`, status error) and thrown on, the same object.
 *
 * @param name as low in cardinality as a route: `charge card`, not `charge card 4711`.
 * @returns what `fn` returns.
 * @example
 * const total = await withSpan('price cart', { 'cart.items': 3 }, async (span) => {
 *   const total = await price(cart);
 *   span.setAttribute('cart.total', total);
 *   return total;
 * });
 */
export function withSpan<T>(name: string, fn: (span: Span) => T): T;
export function withSpan<T>(name: string, attributes: Attributes, fn: (span: Span) => T): T;
export function withSpan<T>(
  name: string,
  second: Attributes | ((span: Span) => T),
  third?: (span: Span) => T,
): T {
  const fn = typeof second === 'function' ? second : third;
  if (typeof fn !== 'function') {
    throw new TypeError(`withSpan('${name}', …): the last argument must be a function, got ${typeof fn}`);
  }
  const attributes = typeof second === 'function' ? undefined : second;
  const options = attributes === undefined ? {} : { attributes };
  return trace.getTracer('@uat/tracing-sdk').startActiveSpan(name, options, (span) => {
    let result: T;
    try {
      result = fn(span);
    } catch (error) {
      recordFailure(span, error);
      span.end();
      throw error;
    }
    if (!isPromise(result)) {
      span.end();
      return result;
    }
    return result.then(
      (value) => {
        span.end();
        return value;
      },
      (error) => {
        recordFailure(span, error);
        span.end();
        throw error;
      },
    ) as T;
  });
}

/**
 * In which trace an error was recorded last: an outer `withSpan` of that trace marks its span as failed without a second
 * copy, while an error object that is thrown again and again is recorded in each trace.
 */
const recordedIn = new WeakMap<object, string>();

/** Whatever was thrown, even what cannot be turned into text: the app must get it, and nothing of ours. */
function recordFailure(span: Span, error: unknown): void {
  try {
    describeFailure(span, error);
  } catch {
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

function describeFailure(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  if (typeof error === 'object' && error !== null) {
    span.setAttribute('error.type', errorType(error));
    const { traceId } = span.spanContext();
    if (recordedIn.get(error) === traceId) return;
    recordedIn.set(error, traceId);
  }
  span.recordException(error instanceof Error ? error : message);
}

function errorType(error: object): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return typeof name === 'string' && name !== '' ? name : '_OTHER';
}

function isPromise<T>(value: T): value is T & Promise<Awaited<T>> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
