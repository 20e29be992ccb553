import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  CONTENT_TYPES,
  decodeTraces,
  encodeExportResponse,
  encodeStatus,
  HttpProblem,
  MalformedOtlpError,
  type OtlpBodyEncoding,
  OtlpTooLargeError,
  type ReceivedSpan,
  readRequestBody,
} from './otlp-parts.ts';

export interface OtlpRouteOptions {
  /** Bytes of one body, as sent and decompressed. */
  readonly maxBodyBytes: number;
  readonly onSpans: (spans: readonly ReceivedSpan[]) => void;
}

/** Answers OTLP/HTTP on the paths below `/v1/`. */
export interface OtlpRoute {
  /** @throws HttpProblem, MalformedOtlpError, OtlpTooLargeError (as rejections); `refuse` answers them */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void;
  /** Something was refused before it was a request. */
  countRefusal(reason: string): void;
  readonly counts: {
    readonly refused: number;
    readonly lastRefusal: string | undefined;
    readonly ignored: number;
  };
}

export function createOtlpRoute({ maxBodyBytes, onSpans }: OtlpRouteOptions): OtlpRoute {
  const counts = { refused: 0, ignored: 0, lastRefusal: undefined as string | undefined };
  const countRefusal = (reason: string): void => {
    counts.refused++;
    counts.lastRefusal = reason;
  };
  return {
    countRefusal,
    async handle(request, response, path) {
      if (path !== '/v1/traces' && path !== '/v1/metrics' && path !== '/v1/logs') {
        throw new HttpProblem(404, `there is no ${path}; traces go to POST /v1/traces`);
      }
      if (request.method === 'OPTIONS') {
        response.writeHead(204, { ...crossOrigin(request), 'access-control-allow-methods': 'POST' });
        response.end();
        return;
      }
      if (request.method !== 'POST') {
        throw new HttpProblem(405, `${path} takes POST, not ${request.method}`, { allow: 'POST' });
      }
      const encoding = requireEncoding(request);
      const body = await readRequestBody(request, maxBodyBytes);
      // The client hung up.
      if (body === undefined) return;
      if (path === '/v1/traces') onSpans(decodeTraces(body, encoding));
      // Accepted and thrown away: an error would make the sender log one for every export.
      else counts.ignored++;
      const content = encodeExportResponse(encoding, 0, '');
      send(response, 200, content, CONTENT_TYPES[encoding], crossOrigin(request));
    },
    refuse(request, response, error) {
      const status = problemStatus(error);
      const { message } = error as Error;
      countRefusal(`${status} ${message}`);
      // The rest of the body is read and forgotten: who is still sending would miss the answer otherwise.
      request.resume();
      if (response.headersSent) return;
      const encoding = encodingOf(request) ?? 'json';
      // Who may not send may not read either.
      const headers = {
        ...(status !== 403 && crossOrigin(request)),
        ...(error instanceof HttpProblem && error.headers),
      };
      send(response, status, encodeStatus(encoding, status, message), CONTENT_TYPES[encoding], headers);
    },
    get counts() {
      return counts;
    },
  };
}

/**
 * An app in the browser, on another port of this machine, may send spans. Foreign origins have been refused before; what
 * one may read by this is only our answer to its export.
 */
function crossOrigin({ headers }: IncomingMessage): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-headers':
      headers['access-control-request-headers'] ?? 'content-type, content-encoding',
    vary: 'origin',
  };
}

/** @returns the HTTP status that tells of an error */
export function problemStatus(error: unknown): number {
  if (error instanceof HttpProblem) return error.status;
  if (error instanceof MalformedOtlpError) return 400;
  return error instanceof OtlpTooLargeError ? 413 : 500;
}

function encodingOf(request: IncomingMessage): OtlpBodyEncoding | undefined {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf) return 'protobuf';
  return type === CONTENT_TYPES.json ? 'json' : undefined;
}

function requireEncoding(request: IncomingMessage): OtlpBodyEncoding {
  const encoding = encodingOf(request);
  if (encoding !== undefined) return encoding;
  const got = request.headers['content-type'];
  throw new HttpProblem(
    415,
    `Content-Type must be application/x-protobuf or application/json, got ${got === undefined ? 'none' : JSON.stringify(got)}`,
  );
}

function send(
  response: ServerResponse,
  status: number,
  body: Uint8Array,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.byteLength, ...headers });
  response.end(body);
}
