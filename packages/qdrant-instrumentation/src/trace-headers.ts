/** Puts the trace context into the `init` of a REST call or the options of a gRPC call. */
import { channel } from 'node:diagnostics_channel';
import { types } from 'node:util';
import { type Context, propagation } from '@opentelemetry/api';

/** `fetch` instrumentation listens here, and adds its own headers; two `traceparent` would be none. */
const undiciRequests = channel('undici:request:create');

export function fetchIsInstrumented(): boolean {
  return undiciRequests.hasSubscribers;
}

/**
 * @param init what the app has given: left as it is when it cannot be extended without changing what it does.
 * @returns `init` with the headers of the context added.
 */
export function withTraceHeaders(init: unknown, context: Context): unknown {
  const carrier: Record<string, string> = {};
  try {
    propagation.inject(context, carrier);
  } catch {
    // An app's own propagator: the call goes without what it has not added.
  }
  for (const _ in carrier) {
    if (init === undefined || init === null) return { headers: carrier };
    try {
      return extend(init, carrier);
    } catch {
      // Odd in a way not foreseen: the call goes without the context, and is traced all the same.
      return init;
    }
  }
  return init;
}

function extend(init: unknown, carrier: Record<string, string>): unknown {
  if (typeof init !== 'object' || init === null || types.isProxy(init)) return init;
  // What it inherits would be lost in a copy.
  if (Object.getPrototypeOf(init) !== Object.prototype) return init;
  const copy: Record<string, unknown> = {};
  for (const key of Reflect.ownKeys(init)) {
    const descriptor = Object.getOwnPropertyDescriptor(init, key)!;
    // A getter has to be run once, by the client.
    if (!('value' in descriptor) || !descriptor.enumerable) return init;
    copy[key as string] = descriptor.value;
  }
  const given = copy.headers;
  if (given === undefined) copy.headers = carrier;
  else if (given instanceof Headers) copy.headers = extendHeaders(given, carrier);
  else if (
    typeof given === 'object' &&
    given !== null &&
    !types.isProxy(given) &&
    Object.getPrototypeOf(given) === Object.prototype
  )
    copy.headers = extendRecord(given as Record<string, unknown>, carrier);
  else if (Array.isArray(given) && !types.isProxy(given))
    copy.headers = [...given, ...Object.entries(carrier)];
  else return init;
  return copy;
}

function extendHeaders(given: Headers, carrier: Record<string, string>): Headers {
  const headers = new Headers(given);
  for (const name in carrier) headers.set(name, carrier[name]!);
  return headers;
}

function extendRecord(given: Record<string, unknown>, carrier: Record<string, string>): unknown {
  const record: Record<string, unknown> = {};
  for (const name of Reflect.ownKeys(given)) {
    const descriptor = Object.getOwnPropertyDescriptor(given, name)!;
    // Some versions of undici send what is not enumerable.
    if (!('value' in descriptor) || !descriptor.enumerable) return given;
    // `Traceparent` and `traceparent` are one header, and the app's own one would be joined to ours.
    if (!(typeof name === 'string' && name.toLowerCase() in carrier))
      record[name as string] = descriptor.value;
  }
  return Object.assign(record, carrier);
}
