/**
 * Contexts of a call. `setValue` copies everything that a context holds; a call needs two contexts that differ from the
 * app's in one value or two, so they look those up themselves and ask the app's for the rest.
 */
import { type Context, type Span, trace } from '@opentelemetry/api';
import { SUPPRESS_TRACING } from './suppressed-tracing.ts';

/** `parent` with the span active. @param suppressed nothing below is traced. */
export function contextOfCall(parent: Context, span: Span, suppressed: boolean): Context {
  return new CallContext(parent, span, suppressed);
}

/** The API does not export the key of the active span; it shows it to any context that is asked for one. */
const ACTIVE_SPAN = (() => {
  let asked: symbol | undefined;
  const context: Context = {
    getValue(key) {
      asked = key;
      return undefined;
    },
    setValue: () => context,
    deleteValue: () => context,
  };
  trace.getSpan(context);
  return asked;
})();

class CallContext implements Context {
  readonly #parent: Context;
  readonly #span: Span;
  readonly #suppressed: boolean;

  constructor(parent: Context, span: Span, suppressed: boolean) {
    this.#parent = parent;
    this.#span = span;
    this.#suppressed = suppressed;
  }

  getValue(key: symbol): unknown {
    if (key === ACTIVE_SPAN) return this.#span;
    if (key === SUPPRESS_TRACING && this.#suppressed) return true;
    return this.#parent.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#copy().setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return this.#copy().deleteValue(key);
  }

  #copy(): Context {
    const copy = trace.setSpan(this.#parent, this.#span);
    return this.#suppressed ? copy.setValue(SUPPRESS_TRACING, true) : copy;
  }
}
