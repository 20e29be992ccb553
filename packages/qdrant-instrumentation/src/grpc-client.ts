/**
 * Tracing of `QdrantClient` of `@qdrant/js-client-grpc`. Its class has one method, `api(service)`, which gives an object
 * of functions; those are wrapped where they are. The whole answer comes back, and headers go into the options.
 */
import { context } from '@opentelemetry/api';
import { field, snapshot } from './app-values.ts';
import { describeBatch } from './batches.ts';
import { Call } from './call.ts';
import { GRPC_FIELDS, grpcRequestAttributes } from './grpc-request-attributes.ts';
import { GRPC_METHODS, type Request, UNKNOWN_COLLECTION_REQUEST, UNKNOWN_REQUEST } from './operations.ts';
import { queryShape } from './query-shape.ts';
import type { Answer } from './response-attributes.ts';
import { type Server, serverOf } from './server.ts';
import { isTracingSuppressed } from './suppressed-tracing.ts';
import type { Telemetry } from './telemetry.ts';
import { withTraceHeaders } from './trace-headers.ts';
import { watch } from './watched-promise.ts';
import type { AnyFunction, WrappedFunctions } from './wrapped-functions.ts';

/** @param target the class's prototype, or one client. */
export function traceGrpcClient(target: object, wrapped: WrappedFunctions, telemetry: Telemetry): void {
  wrapped.replace(target, 'api', (original) => {
    return function (this: unknown, ...args) {
      const service = Reflect.apply(original, this, args);
      if (telemetry.enabled) traceService(args[0], service, this, wrapped, telemetry);
      return service;
    };
  });
}

function traceService(
  name: unknown,
  service: unknown,
  client: unknown,
  wrapped: WrappedFunctions,
  telemetry: Telemetry,
): void {
  try {
    if (typeof name !== 'string' || typeof service !== 'object' || service === null) return;
    if (!wrapped.isNew(service)) return;
    const server = serverOf(client as object);
    for (const method of Object.keys(service)) {
      wrapped.replace(service, method, (original) => wrapFunction(name, method, original, server, telemetry));
    }
  } catch {
    // A client that is not one goes untraced.
  }
}

interface Message extends Answer {
  readonly hits?: unknown;
}

function wrapFunction(
  service: string,
  method: string,
  original: AnyFunction,
  server: Server | undefined,
  telemetry: Telemetry,
): AnyFunction {
  const known = GRPC_METHODS[service]?.[method];
  const name = service === 'points' ? method : `${service}.${method}`;
  return function (this: unknown, ...args) {
    if (!telemetry.enabled || isTracingSuppressed(context.active()))
      return Reflect.apply(original, this, args);
    const message = args[0];
    const request =
      known ??
      (typeof field(message, 'collectionName') === 'string' ? UNKNOWN_COLLECTION_REQUEST : UNKNOWN_REQUEST);
    let call: Call;
    let callArguments: unknown[] = args;
    try {
      call = startCall(name, request, message, server, telemetry);
      const options = withTraceHeaders(args[1], call.context);
      if (options !== args[1]) callArguments = [message, options, ...args.slice(2)];
    } catch {
      return Reflect.apply(original, this, args);
    }
    let promise: unknown;
    try {
      promise = context.with(call.requestContext, Reflect.apply, undefined, original, this, callArguments);
    } catch (error) {
      call.fail(error, message);
      throw error;
    }
    return watch(
      promise,
      (answer) => {
        const response = answer as Message | undefined;
        call.succeed(request, request.result === 'hits' ? response : response?.result, response);
      },
      (error) => call.fail(error, message),
    );
  };
}

function startCall(
  name: string,
  request: Request,
  message: unknown,
  server: Server | undefined,
  telemetry: Telemetry,
): Call {
  const fields = request.request === 'plain' ? undefined : snapshot(message, GRPC_FIELDS);
  const collection = request.collection ? field(message, 'collectionName') : undefined;
  const batch =
    fields === undefined || request.batch === undefined
      ? undefined
      : describeBatch(fields[request.batch] ?? [], request.single);
  const operation = {
    name: batch?.name ?? name,
    batchSize: batch?.size,
    collection: typeof collection === 'string' && collection !== '' ? collection : undefined,
    queryText:
      telemetry.settings.queryText === 'shape' && fields !== undefined ? queryShape(message) : undefined,
  };
  const call = new Call(telemetry, operation, server);
  if (call.details !== undefined && fields !== undefined)
    grpcRequestAttributes(request, fields, call.details);
  return call;
}
