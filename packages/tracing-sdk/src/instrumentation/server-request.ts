import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Attributes, type Context, type Span, trace } from '@opentelemetry/api';
import { type RPCMetadata, RPCType, setRPCMetadata } from '@opentelemetry/core';

/** Tells a context key by having it set. */
class KeyProbe implements Context {
  key: symbol | undefined;
  getValue(): undefined {
    return undefined;
  }
  setValue(key: symbol): Context {
    this.key = key;
    return this;
  }
  deleteValue(): Context {
    return this;
  }
}

function keyThat(setter: (probe: Context) => void): symbol {
  const probe = new KeyProbe();
  setter(probe);
  return probe.key as symbol;
}

const SPAN_KEY = keyThat((probe) => trace.setSpan(probe, undefined as unknown as Span));
const RPC_METADATA_KEY = keyThat((probe) => setRPCMetadata(probe, undefined as unknown as RPCMetadata));

/**
 * One request under way, in one object: the context its handler runs in, the RPC metadata in which the Express, Koa,
 * Fastify … instrumentation packages leave the route, and what is needed to end its span. As four objects with two copied
 * Maps, which is how the API's own contexts are built, it costs twice as much.
 */
export class ServerRequest implements Context, RPCMetadata {
  readonly type = RPCType.HTTP;
  readonly span: Span;
  route: string | undefined = undefined;
  /** As the span was started; if it has another by the end, somebody knew better. */
  readonly name: string;
  readonly #caller: Context;
  #plain: Context | undefined = undefined;
  /** Both undefined where nothing is recorded, and once the span has ended: a timer of the app's may hold on to this context for hours. */
  request: IncomingMessage | undefined = undefined;
  response: ServerResponse | undefined = undefined;
  /** Where metrics are on. */
  measurement: { readonly startedAt: number; readonly attributes: Attributes } | undefined = undefined;
  /** The one that came after it on the same connection. */
  next: ServerRequest | undefined = undefined;

  constructor(caller: Context, span: Span, name: string) {
    this.#caller = caller;
    this.span = span;
    this.name = name;
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span;
    if (key === RPC_METADATA_KEY) return this;
    return this.#caller.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#asPlainContext().setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return this.#asPlainContext().deleteValue(key);
  }

  #asPlainContext(): Context {
    this.#plain ??= setRPCMetadata(trace.setSpan(this.#caller, this.span), this);
    return this.#plain;
  }
}
