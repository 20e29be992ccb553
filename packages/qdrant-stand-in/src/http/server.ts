/** Requests in, answers out: keys, faults, bodies, the envelope, the counting. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText, type FaultRule } from '../fault-rule.ts';
import type { Faults } from '../faults.ts';
import { FormatError } from '../format-error.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { HardwareUsage } from '../metrics/hardware-usage.ts';
import { ServerError } from '../server-error.ts';
import { Call } from '../service/call.ts';
import { createRouter, type Route } from '../service/routes.ts';
import type { StandInState } from '../service/state.ts';
import { answerAdmin, isAdminPath } from './admin-endpoint.ts';
import type { Answer } from './answers.ts';
import { accessOf, type Keys, needsNoKey } from './authentication.ts';
import { type ReadJson, readJson } from './json-syntax.ts';
import { MAX_BODY_BYTES, readBody } from './request-body.ts';
import type { Found } from './routing.ts';

export interface ServerOptions extends Keys {
  readonly metricsPrefix: string;
  readonly hardwareReporting: boolean;
  /** What `onRequest` was told. */
  readonly requests: readonly ReceivedRequest[];
  readonly onRequest: (request: ReceivedRequest) => void;
}

export interface ReceivedRequest {
  readonly method: string;
  /** With the query string. */
  readonly url: string;
  /** Without keys. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined when the connection was cut. */
  readonly status: number | undefined;
}

/** A written answer. */
interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export function createStandInServer(state: StandInState, faults: Faults, options: ServerOptions): Server {
  const router = createRouter();
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A fault of the stand-in's own, or a client that went away: nothing may take the process down.
      if (!response.headersSent && !response.destroyed)
        send(response, errorReply(new ServerError(500, `Service internal error: ${String(error)}`), 0));
      else response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const method = request.method!;
    const { path, query } = splitUrl(request.url!);
    const found = router.find(path);
    const collection = found?.params.collection_name;
    const body = await readBody(request, MAX_BODY_BYTES);
    const seconds = () => (performance.now() - started) / 1000;

    const finish = (reply: Reply | undefined): void => {
      if (found && reply) state.statistics.add(method, found.pattern, reply.status, collection, seconds());
      options.onRequest({
        method,
        url: request.url!,
        headers: withoutKeys(request.headers),
        status: reply?.status,
      });
    };
    const answer = (reply: Reply): void => {
      finish(reply);
      send(response, reply);
    };

    const refused = refuse(request, path, found?.methods.get(method));
    if (refused) return answer(refused);
    if (isAdminPath(path)) return send(response, answerAdmin(method, path, body, faults, options.requests));

    const fault = faults.take(method, path, collection);
    if (fault?.delayMs && !(await stillThere(response, fault.delayMs))) return finish(undefined);
    if (fault?.answer) return answer(faultReply(fault.answer, seconds()));
    if (fault?.cut === 'before-answer') {
      finish(undefined);
      response.destroy();
      return;
    }
    const reply = handle(request, method, found, query, body, fault, seconds);
    if (fault?.cut === 'in-answer') {
      finish(undefined);
      cutInside(response, reply);
      return;
    }
    answer(reply);
  }

  function refuse(request: IncomingMessage, path: string, route: Route | undefined): Reply | undefined {
    if (needsNoKey(path)) return undefined;
    const access = accessOf(request.headers, options);
    if (access === 'no key')
      return textReply(401, 'Must provide an API key or an Authorization bearer token');
    if (access === 'wrong key') return textReply(401, 'Invalid API key or JWT');
    if (access === 'read' && (isAdminPath(path) || (route && !route.reads)))
      return errorReply(new ServerError(403, 'Forbidden: Global manage access is required'), 0);
    return undefined;
  }

  function handle(
    request: IncomingMessage,
    method: string,
    found: Found<Route> | undefined,
    query: URLSearchParams,
    body: Buffer | undefined,
    fault: FaultRule | undefined,
    seconds: () => number,
  ): Reply {
    const route = found?.methods.get(method);
    if (!found || !route) return { status: 404, body: '' };
    let read: ReadJson | undefined;
    let call: Call | undefined;
    try {
      read = route.body === 'json' ? readJsonBody(request, body) : undefined;
      if (body === undefined) throw tooLarge();
      call = new Call(
        state,
        found.params,
        query,
        route.body === 'bytes' ? body : read?.value,
        options.metricsPrefix,
      );
      const answer = route.handler(call);
      return written(fault?.waitTimeout ? timedOut(answer) : answer, seconds(), reported(route, call));
    } catch (error) {
      return errorReply(serverErrorOf(error, read), seconds(), reported(route, call));
    } finally {
      const name = found.params.collection_name;
      if (call && route.metered && name !== undefined) state.hardware.add(name, call.hardware);
    }
  }

  function reported(route: Route, call: Call | undefined): HardwareUsage | undefined {
    const told = options.hardwareReporting && route.metered && call?.query.get('wait') !== 'false';
    return told ? call?.hardware : undefined;
  }

  return server;
}

/** False when the client went away in the meantime; then there is nobody to wait for. */
async function stillThere(response: ServerResponse, milliseconds: number): Promise<boolean> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  response.once('close', leave);
  try {
    await delay(milliseconds, undefined, { signal: gone.signal });
    return true;
  } catch {
    return false;
  } finally {
    response.off('close', leave);
  }
}

function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const mark = url.indexOf('?');
  return mark < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

const tooLarge = () =>
  new ServerError(413, `JSON payload has exceeded limit of ${MAX_BODY_BYTES} bytes.`, true);

function readJsonBody(request: IncomingMessage, body: Buffer | undefined): ReadJson {
  if (body === undefined) throw tooLarge();
  if (!/^application\/([a-z.-]+\+)?json\b/i.test(request.headers['content-type'] ?? ''))
    throw new ServerError(400, 'Content type error', true);
  try {
    return readJson(body.toString());
  } catch (error) {
    throw new ServerError(400, `Format error in JSON body: ${(error as Error).message}`, true);
  }
}

function serverErrorOf(error: unknown, read: ReadJson | undefined): ServerError {
  if (error instanceof ServerError) return error;
  if (error instanceof FormatError) {
    const position = error.path === null ? '' : (read?.positionOf(error.path) ?? '');
    return new ServerError(400, `Format error in JSON body: ${error.message}${position}`, true);
  }
  return new ServerError(500, `Service internal error: ${String(error)}`);
}

/** Every change in the answer is told as one that was not waited for to the end. */
function timedOut(answer: Answer): Answer {
  if (answer.kind !== 'result') return answer;
  const change = (value: Json): Json =>
    isObject(value) && 'operation_id' in value ? { ...(value as JsonObject), status: 'wait_timeout' } : value;
  return {
    kind: 'result',
    result: Array.isArray(answer.result) ? answer.result.map(change) : change(answer.result),
  };
}

function written(answer: Answer, time: number, hardware: HardwareUsage | undefined): Reply {
  const usage = hardware ? { usage: { hardware } } : {};
  switch (answer.kind) {
    case 'result':
      return jsonReply(200, { ...usage, result: answer.result, status: 'ok', time });
    case 'accepted':
      return jsonReply(202, { status: 'accepted', time });
    case 'json':
      return jsonReply(200, answer.body);
    case 'text':
      return textReply(answer.status, answer.text);
    case 'bytes':
      return { status: 200, type: 'application/octet-stream', body: answer.bytes };
    case 'nothing':
      return { status: answer.status, body: '' };
  }
}

function errorReply(error: ServerError, time: number, hardware?: HardwareUsage): Reply {
  const usage = hardware ? { usage: { hardware } } : {};
  return jsonReply(error.status, {
    ...usage,
    status: { error: error.message },
    time: error.untimed ? 0 : time,
  });
}

function faultReply(answer: NonNullable<FaultRule['answer']>, time: number): Reply {
  const reply = errorReply(new ServerError(answer.status, errorText(answer)), time);
  return answer.retryAfter === undefined
    ? reply
    : { ...reply, headers: { 'retry-after': String(answer.retryAfter) } };
}

function jsonReply(status: number, body: unknown): Reply {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}

function textReply(status: number, body: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body };
}

function headersOf({ type, headers, body }: Reply): Record<string, string | number> {
  return {
    ...(type === undefined ? {} : { 'content-type': type }),
    'content-length': Buffer.byteLength(body),
    ...headers,
  };
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, headersOf(reply));
  response.end(reply.body);
}

/** The head and half of the body, then nothing. */
function cutInside(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, headersOf(reply));
  const body = Buffer.from(reply.body);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

function withoutKeys(headers: ReceivedRequest['headers']): ReceivedRequest['headers'] {
  const { 'api-key': _, authorization: __, ...rest } = headers;
  return rest;
}
