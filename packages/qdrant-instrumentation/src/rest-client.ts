/**
 * Tracing of `QdrantClient` of `@qdrant/js-client-rest`.
 *
 * Two layers are wrapped. A method of the class (`query`) says what the app calls it; the function of `client.api()`
 * that the method calls (`queryPoints`) has the whole answer, with `time`, `status` and `usage`, which the method drops,
 * and takes headers. A method calls its function before it returns, so the two find each other in a variable.
 *
 * The method's own promise is given to the app as it is. To learn how it ends, the function's promise is watched, which
 * the method awaits in any case: a watcher on the app's promise would count as handling its rejection, and a promise
 * made from it would come later.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { types } from 'node:util';
import { context } from '@opentelemetry/api';
import { type Fields, field, snapshot } from './app-values.ts';
import { describeBatch } from './batches.ts';
import { Call } from './call.ts';
import {
  type Method,
  REST_METHODS,
  REST_REQUESTS,
  type Request,
  UNKNOWN_COLLECTION_REQUEST,
  UNKNOWN_REQUEST,
} from './operations.ts';
import { queryShape } from './query-shape.ts';
import { REST_FIELDS, restRequestAttributes } from './request-attributes.ts';
import type { Answer } from './response-attributes.ts';
import { type Server, serverOf } from './server.ts';
import { isTracingSuppressed } from './suppressed-tracing.ts';
import type { Telemetry } from './telemetry.ts';
import { fetchIsInstrumented, withTraceHeaders } from './trace-headers.ts';
import { watch } from './watched-promise.ts';
import { type AnyFunction, isWrappedByAnotherCopy, type WrappedFunctions } from './wrapped-functions.ts';

/** The app has called a method of the class. */
interface MethodCall {
  readonly name: string;
  /** Undefined: a method that the table does not know. */
  readonly method: Method | undefined;
  /** Set by the method's first request. */
  call: Call | undefined;
  requestsMade: number;
}

/** The method that is running right now and has not sent its request yet. */
let running: MethodCall | undefined;
/** The same for later requests of a method that makes several. Only entered for those. */
const severalRequests = new AsyncLocalStorage<MethodCall>();

/** @param target the class's prototype, or one client. */
export function traceRestClient(target: object, wrapped: WrappedFunctions, telemetry: Telemetry): void {
  // Half a call each would be two spans: who wraps the methods has the client.
  if (isWrappedByAnotherCopy((target as Record<string, unknown>)[FIRST_METHOD])) return;
  for (const [name, method] of clientMethods(target)) {
    // Of a subclass or a client of the app's, what it has put in its place is no call; what that calls is one.
    if ((target as Record<string, unknown>)[name] !== method) continue;
    wrapped.replace(target, name, (original) =>
      name === 'api'
        ? wrapApi(original, wrapped, telemetry)
        : wrapMethod(name, REST_METHODS[name], original, wrapped, telemetry),
    );
  }
  // A client that is given itself may never be asked for its `api()` again by an app that holds it already.
  traceRequests(target, wrapped, telemetry);
}

/** Every version has it. */
const FIRST_METHOD = 'getCollections';
/** A class that brings so many of the client's methods is the client's own, whatever else it has; an app's subclass is none. */
const OWN_METHODS = 10;

/** Public methods of the client's class and of those that it extends. Those of an app's subclass are left out. */
function clientMethods(target: object): Map<string, unknown> {
  const levels: object[] = [];
  for (
    let level = target;
    level !== null && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    levels.push(level);
  }
  // What is inherited is not counted: we may have put our wrappers on top of it.
  const isOwn = (level: object): boolean =>
    Object.getOwnPropertyNames(level).filter(
      (name) => name in REST_METHODS && !(name in Object.getPrototypeOf(level)),
    ).length >= OWN_METHODS;
  const first = levels.findIndex(isOwn);
  const methods = new Map<string, unknown>();
  for (const level of first < 0 ? levels.slice(-1) : levels.slice(first)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (
        typeof value === 'function' &&
        name !== 'constructor' &&
        !name.startsWith('_') &&
        !methods.has(name)
      )
        methods.set(name, value);
    }
  }
  return methods;
}

function wrapApi(original: AnyFunction, wrapped: WrappedFunctions, telemetry: Telemetry): AnyFunction {
  return function (this: unknown, ...args) {
    if (telemetry.enabled) traceRequests(this, wrapped, telemetry);
    return Reflect.apply(original, this, args);
  };
}

function wrapMethod(
  name: string,
  method: Method | undefined,
  original: AnyFunction,
  wrapped: WrappedFunctions,
  telemetry: Telemetry,
): AnyFunction {
  const single = method?.requests.length === 1;
  return function (this: unknown, ...args) {
    if (!telemetry.enabled || isTracingSuppressed(context.active()))
      return Reflect.apply(original, this, args);
    traceRequests(this, wrapped, telemetry);
    const methodCall: MethodCall = {
      name,
      method,
      call: undefined,
      requestsMade: 0,
    };
    const outer = running;
    running = methodCall;
    let returned: unknown;
    try {
      returned = single
        ? Reflect.apply(original, this, args)
        : severalRequests.run(methodCall, Reflect.apply, original, this, args);
    } catch (error) {
      callOf(methodCall, this, args, telemetry)?.fail(error, args);
      throw error;
    } finally {
      running = outer;
    }
    // The request's promise says how it ends; a method that the table does not know may have more to do.
    if (methodCall.call !== undefined && method !== undefined) return returned;
    const call = callOf(methodCall, this, args, telemetry);
    if (call === undefined) return returned;
    return watch(
      returned,
      (result) => call.succeed(UNKNOWN_REQUEST, result, undefined),
      (error) => call.fail(error, args),
    );
  };
}

/** For a method that has sent no request: wrong arguments, or a client whose `api()` cannot be wrapped. */
function callOf(
  { name, method, call }: MethodCall,
  client: unknown,
  args: readonly unknown[],
  telemetry: Telemetry,
): Call | undefined {
  if (call !== undefined) return call;
  try {
    const collection = method?.collection === true && typeof args[0] === 'string' ? args[0] : undefined;
    const server = typeof client === 'object' && client !== null ? serverOf(client) : undefined;
    const operation = { name, batchSize: undefined, collection, queryText: undefined };
    return new Call(telemetry, operation, server);
  } catch {
    return undefined;
  }
}

interface RestClientFields {
  readonly _openApiClient?: unknown;
}

function traceRequests(client: unknown, wrapped: WrappedFunctions, telemetry: Telemetry): void {
  try {
    const api = (client as RestClientFields | undefined)?._openApiClient;
    if (typeof api !== 'object' || api === null || !wrapped.isNew(api)) return;
    const server = serverOf(client as object);
    wrapRequests(api, server, wrapped, telemetry);
    // Up to 1.14 the functions stand in groups: `api('points').searchPoints`.
    for (const group of Object.values(api)) {
      if (typeof group === 'object' && group !== null) wrapRequests(group, server, wrapped, telemetry);
    }
  } catch {
    // A client that is not one: its methods are traced without what an answer says.
  }
}

function wrapRequests(
  api: object,
  server: Server | undefined,
  wrapped: WrappedFunctions,
  telemetry: Telemetry,
): void {
  for (const name of Object.keys(api)) {
    wrapped.replace(api, name, (original) => wrapRequest(name, original, server, telemetry));
  }
}

/** What the promise of a function of `client.api()` resolves to. */
interface Response {
  readonly data?: (Answer & { readonly result?: unknown }) | null;
}

function wrapRequest(
  name: string,
  original: AnyFunction,
  server: Server | undefined,
  telemetry: Telemetry,
): AnyFunction {
  const known = REST_REQUESTS[name];
  return function (this: unknown, ...args) {
    if (!telemetry.enabled) return Reflect.apply(original, this, args);
    let methodCall = running;
    running = undefined;
    methodCall ??= severalRequests.getStore();
    if (methodCall !== undefined && !makesRequest(methodCall)) methodCall = undefined;
    if (methodCall === undefined && isTracingSuppressed(context.active()))
      return Reflect.apply(original, this, args);
    const payload = args[0];
    const request = known ?? (hasCollection(payload) ? UNKNOWN_COLLECTION_REQUEST : UNKNOWN_REQUEST);
    let call: Call;
    let requestArguments: unknown[] = args;
    try {
      call = methodCall?.call ?? startCall(methodCall, name, request, payload, server, telemetry);
      if (methodCall !== undefined) {
        methodCall.call = call;
        if (methodCall.requestsMade++ > 0) call.requestStarts();
      }
      if (telemetry.settings.httpSpans === 'suppress' || !fetchIsInstrumented()) {
        const init = withTraceHeaders(args[1], call.context);
        if (init !== args[1]) requestArguments = [payload, init, ...args.slice(2)];
      }
    } catch {
      return Reflect.apply(original, this, args);
    }
    let promise: unknown;
    try {
      promise = context.with(call.requestContext, Reflect.apply, undefined, original, this, requestArguments);
    } catch (error) {
      call.fail(error, payload);
      throw error;
    }
    const owner = methodCall;
    if (owner === undefined || !types.isPromise(promise)) {
      return watch(
        promise,
        (response) => succeed(call, request, response as Response | undefined),
        (error) => call.fail(error, payload),
      );
    }
    // The method awaits this promise, so that watching it changes nothing for the app.
    promise.then(
      (response) => requestSucceeded(owner, call, name, request, response as Response | undefined),
      (error: unknown) => requestFailed(owner, call, name, error, payload),
    );
    return promise;
  };
}

function makesRequest({ method, requestsMade }: MethodCall): boolean {
  return method === undefined || requestsMade < method.requests.length;
}

function hasCollection(payload: unknown): boolean {
  return typeof field(payload, 'collection_name') === 'string';
}

function startCall(
  methodCall: MethodCall | undefined,
  name: string,
  request: Request,
  payload: unknown,
  server: Server | undefined,
  telemetry: Telemetry,
): Call {
  // A method has made its own object out of the app's arguments; of the app's own, no getter may be run.
  const fields =
    request.request === 'plain'
      ? EMPTY
      : methodCall === undefined
        ? snapshot(payload, REST_FIELDS)
        : (payload as Fields);
  const collection = request.collection ? field(payload, 'collection_name') : undefined;
  const batch =
    request.batch === undefined
      ? undefined
      : describeBatch(fields[request.batch], methodCall?.method?.single ?? request.single);
  const operation = {
    name: batch?.name ?? methodCall?.name ?? name,
    batchSize: batch?.size,
    collection: typeof collection === 'string' && collection !== '' ? collection : undefined,
    queryText: telemetry.settings.queryText === 'shape' && fields !== EMPTY ? queryShape(payload) : undefined,
  };
  const call = new Call(telemetry, operation, server);
  if (call.details !== undefined) restRequestAttributes(request, fields, call.details);
  return call;
}

const EMPTY: Fields = Object.freeze({});

function succeed(call: Call, request: Request, response: Response | undefined): void {
  const data = response?.data;
  call.succeed(request, data?.result, typeof data === 'object' && data !== null ? data : undefined);
}

function requestSucceeded(
  { method, requestsMade }: MethodCall,
  call: Call,
  name: string,
  request: Request,
  response: Response | undefined,
): void {
  if (method === undefined || method.requests.length > 1) call.requestEnds(name, response?.data ?? undefined);
  // A method that the table does not know ends when its own promise does.
  if (method === undefined || requestsMade < method.requests.length) return;
  const error = resultError(method, response);
  if (error === undefined) succeed(call, request, response);
  else call.fail(error, undefined);
}

/** What the method makes of an answer that lacks its result. The promise that tells is the app's, and not watched. */
function resultError({ withoutResult }: Method, response: Response | undefined): Error | undefined {
  if (withoutResult === 'gives the answer') return undefined;
  const data = response?.data;
  if (data === undefined || data === null) return NO_ANSWER;
  const missing = data.result === undefined || data.result === null;
  return missing && withoutResult === 'fails' ? NO_RESULT : undefined;
}

const NO_RESULT = new Error('Result came uninitialized');
const NO_ANSWER = new TypeError("Cannot read properties of null (reading 'result')");

function requestFailed(
  { method }: MethodCall,
  call: Call,
  name: string,
  error: unknown,
  payload: unknown,
): void {
  if (method === undefined) return;
  if (method.requests.length > 1) call.requestEnds(name, undefined);
  call.fail(error, payload);
}
