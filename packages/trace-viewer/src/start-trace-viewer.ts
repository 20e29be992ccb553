import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DatabaseLabels, OperationLabels } from './aggregates/operations.ts';
import type { CallSummary } from './aggregates/windowed-calls.ts';
import { foreignRequestProblem, HttpProblem, isLoopback, type ReceivedSpan } from './receiver/otlp-parts.ts';
import { createOtlpRoute, problemStatus } from './receiver/otlp-route.ts';
import { createApiRoute } from './server/api-route.ts';
import { createLimitedServer, DEFAULT_MAX_CONNECTIONS } from './server/limited-server.ts';
import { createLiveStatus } from './server/live-status.ts';
import { isViewPath, readPageFiles } from './server/page-files.ts';
import { SECURITY_HEADERS } from './server/security-headers.ts';
import { toReceivedSpan } from './store/stored-span.ts';
import type { StoredTrace } from './store/trace-store.ts';
import {
  createViewer,
  DEFAULT_MAX_BYTES,
  DEFAULT_MAX_SPANS,
  type Viewer,
  type ViewerOptions,
} from './trace-viewer.ts';
import type { ViewerStatus } from './wire/api.ts';

export interface TraceViewerOptions extends ViewerOptions {
  /** Of OTLP and of the page. Default: 4318, where OTLP/HTTP is sent by default; 0 takes a free one. */
  readonly port?: number;
  /** Default: `127.0.0.1`. Anything else shows the traces to whoever reaches it: there is no login. */
  readonly host?: string;
  /** Names besides this machine's own that requests to a loopback viewer may use, e.g. `host.docker.internal`. */
  readonly allowedHosts?: readonly string[];
  /** Bytes of one body, as sent and decompressed. Default: 64 MiB. */
  readonly maxBodyBytes?: number;
  /** Connections at a time, of exporters and pages; one more is closed at once and counted as refused. Default: 1000. */
  readonly maxConnections?: number;
  /** Called with the spans of every export that is accepted. */
  readonly onSpans?: (spans: readonly ReceivedSpan[]) => void;
}

/** A trace as it was received. */
export interface ViewedTrace {
  readonly traceId: string;
  readonly spans: readonly ReceivedSpan[];
}

export interface TraceViewer {
  /** Of the page, and fit for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly port: number;
  /** Everything in memory, the oldest trace first. */
  traces(): ViewedTrace[];
  /**
   * Resolves with the first trace that matches a query, such as `service:checkout status:error`; the README has the
   * language.
   *
   * @throws QueryError, at once. Error (as a rejection) after `timeoutMillis` (default: 10000), and on `close()`.
   */
  waitForTrace(
    query: string,
    options?: { readonly timeoutMillis?: number; readonly signal?: AbortSignal },
  ): Promise<ViewedTrace>;
  /** Calls with each trace that has been quiet for `quietMillis`; again when spans came late. A returned function ends it. */
  onFinished(listener: (trace: ViewedTrace) => void): () => void;
  /** All traces count as finished now. */
  finishAll(): void;
  /**
   * Requests by service and operation, scaled to what sampling left out; also those whose traces have made room.
   *
   * @param windowMillis up to now; in steps of 10 s, at most 15 minutes
   */
  requests(windowMillis: number): CallSummary<OperationLabels>[];
  /** Database calls by system, operation, collection and caller, as `requests`; with server time and rows where told. */
  databases(windowMillis: number): CallSummary<DatabaseLabels>[];
  /** What the page shows at its foot. */
  status(): ViewerStatus;
  /** Stops listening, cuts what is connected. Idempotent. */
  close(): Promise<void>;
}

export const DEFAULT_PORT = 4318;
const MIB = 1024 * 1024;
/** On the server: the SDK's HTTP instrumentation leaves its requests alone, or each export would make a span to export. */
const UNTRACED = Symbol.for('@uat/tracing-sdk/untraced');

/**
 * Starts the viewer in this process: OTLP/HTTP (protobuf and JSON, gzip) and the page on one port.
 *
 * @throws Error (as a rejection) with `code` `EADDRINUSE` and the like when it cannot listen
 * @example
 * const viewer = await startTraceViewer({ port: 0 });
 * const tracing = initTracing('checkout', { endpoint: viewer.url });
 * await placeOrder();
 * await tracing.flush();
 * await viewer.waitForTrace('service:checkout status:error');
 * await viewer.close();
 */
export async function startTraceViewer(options: TraceViewerOptions = {}): Promise<TraceViewer> {
  const { port = DEFAULT_PORT, host = '127.0.0.1', maxBodyBytes = 64 * MIB, onSpans } = options;
  const { maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
  const pageFiles = readPageFiles();
  const viewer = createViewer(options);
  const allowedHosts = isLoopback(host)
    ? new Set(options.allowedHosts?.map((name) => name.toLowerCase()))
    : undefined;
  const otlp = createOtlpRoute({
    maxBodyBytes,
    onSpans(spans) {
      viewer.add(spans);
      onSpans?.(spans);
    },
  });
  let url = '';
  const status = (): ViewerStatus => viewerStatus(viewer, options, otlp.counts, url);
  const api = createApiRoute({ viewer, status, maxBodyBytes });
  const live = createLiveStatus(status);
  viewer.onChange(live.touch);

  const answer = async (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    at: URL,
  ): Promise<void> => {
    if (at.pathname.startsWith('/v1/')) return otlp.handle(request, response, at.pathname);
    if (at.pathname === '/api/live' && request.method === 'GET') return live.handle(request, response);
    if (at.pathname.startsWith('/api/')) return api.handle(request, response, at);
    const file = isViewPath(at.pathname) ? pageFiles.document : pageFiles.asset(at.pathname);
    if (file === undefined) throw new HttpProblem(404, `there is no ${at.pathname}; the page is at /`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new HttpProblem(405, `${at.pathname} takes GET; traces go to POST /v1/traces`, {
        allow: 'GET, HEAD',
      });
    }
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': file.contentType,
      'content-length': file.content.byteLength,
    });
    response.end(file.content);
  };

  const server = createLimitedServer(
    { maxConnections },
    () => {
      otlp.countRefusal(`too many connections: ${maxConnections} are open`);
      live.touch();
    },
    async (request, response) => {
      const target = request.url ?? '/';
      // Also "//host/path", which would be another host's.
      const at = URL.canParse(`http://viewer${target}`) ? new URL(`http://viewer${target}`) : undefined;
      const isOtlp = at?.pathname.startsWith('/v1/') === true;
      try {
        const problem =
          allowedHosts === undefined ? undefined : foreignRequestProblem(request.headers, allowedHosts);
        if (problem !== undefined) throw new HttpProblem(403, problem);
        if (at === undefined) throw new HttpProblem(400, 'the address of the request cannot be read');
        await answer(request, response, at);
      } catch (error) {
        if (isOtlp) {
          otlp.refuse(request, response, error);
          live.touch();
        } else api.refuse(request, response, error, problemStatus(error));
      }
    },
  );
  Object.assign(server, { [UNTRACED]: true });
  let bound: number;
  try {
    bound = await listen(server, port, host);
  } catch (error) {
    viewer.close();
    live.close();
    throw error;
  }
  url = `http://${urlHost(host)}:${bound}`;

  let closed: Promise<void> | undefined;
  return {
    url,
    port: bound,
    traces: () => Array.from(viewer.store.traces(), viewedTrace),
    waitForTrace: async (query, waitOptions) => viewedTrace(await viewer.waitForTrace(query, waitOptions)),
    onFinished: (listener) => viewer.onFinished((trace) => listener(viewedTrace(trace))),
    finishAll: viewer.finishAll,
    requests: viewer.operations.requests,
    databases: viewer.operations.databases,
    status,
    close() {
      closed ??= new Promise((resolve) => {
        viewer.close();
        live.close();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

function viewedTrace({ traceId, spans }: StoredTrace): ViewedTrace {
  return { traceId, spans: Array.from(spans.values(), (span) => toReceivedSpan(traceId, span)) };
}

function viewerStatus(
  { store, spanRate, operations }: Viewer,
  { maxSpans = DEFAULT_MAX_SPANS, maxBytes = DEFAULT_MAX_BYTES }: TraceViewerOptions,
  { refused, lastRefusal, ignored }: ReturnType<typeof createOtlpRoute>['counts'],
  endpoint: string,
): ViewerStatus {
  return {
    ...store.counts,
    revision: store.revision,
    maxSpans,
    maxBytes,
    refused,
    lastRefusal,
    ignored,
    spansPerSecond: spanRate.perSecond(),
    newestSerial: store.newestSerial,
    endpoint,
    overflow: operations.overflow,
  };
}

function listen(server: http.Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'something else listens there already' : error.message;
      const message = `the trace viewer cannot listen on ${host}:${port}: ${reason}; port 0 takes a free one`;
      reject(Object.assign(new Error(message, { cause: error }), { code: error.code }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
