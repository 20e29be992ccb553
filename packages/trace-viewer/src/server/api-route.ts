import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeOtlpFile } from '../receiver/otlp-file.ts';
import { HttpProblem, readRequestBody } from '../receiver/otlp-parts.ts';
import { createMatcher } from '../search/matcher.ts';
import { parseQuery, QueryError } from '../search/query.ts';
import { type StoredSpan, toReceivedSpan } from '../store/stored-span.ts';
import { valueText } from '../store/term-dictionary.ts';
import type { StoredTrace } from '../store/trace-store.ts';
import { renderWaterfall } from '../terminal/waterfall.ts';
import type { Viewer } from '../trace-viewer.ts';
import { compareTraces } from '../traces/compare-traces.ts';
import { toOtlpJson } from '../traces/otlp-json.ts';
import { spanDetail } from '../traces/span-view.ts';
import { traceDetail } from '../traces/trace-detail.ts';
import { type Facets, TRACE_SORTS, type TraceSort, type ViewerStatus } from '../wire/api.ts';
import { mapView } from './map-view.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { createTraceLister } from './trace-listing.ts';

export interface ApiRouteOptions {
  readonly viewer: Viewer;
  readonly status: () => ViewerStatus;
  readonly maxBodyBytes: number;
}

interface Answer {
  readonly body: string;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (
  parameters: readonly string[],
  query: URLSearchParams,
  request: IncomingMessage,
) => Answer | Promise<Answer>;

const MAX_ROWS = 500;
const MAX_VALUES = 50;
const WINDOWS_MINUTES = [1, 5, 15];

/** Answers what the page asks below `/api/`. */
export function createApiRoute({ viewer, status, maxBodyBytes }: ApiRouteOptions) {
  const { store, operations } = viewer;
  const list = createTraceLister(store);
  const requireTrace = (traceId: string | undefined): StoredTrace => {
    const trace = store.get(traceId ?? '');
    if (trace !== undefined) return trace;
    throw new HttpProblem(
      404,
      `trace ${traceId} is not here: it has not come, or had to make room for newer ones`,
    );
  };

  const reads: readonly (readonly [pattern: RegExp, handler: Handler])[] = [
    [/^\/api\/status$/, () => json(status())],
    [
      /^\/api\/traces$/,
      (_, query) =>
        json(
          list({
            query: query.get('q') ?? '',
            sort: oneOf('sort', query.get('sort') ?? 'newest', TRACE_SORTS) as TraceSort,
            offset: integer('offset', query.get('offset') ?? '0', 0, 1e9),
            limit: integer('limit', query.get('limit') ?? '100', 1, MAX_ROWS),
            upTo: query.has('upTo') ? integer('upTo', query.get('upTo') ?? '', 0, 1e15) : undefined,
          }),
        ),
    ],
    [/^\/api\/traces\/([0-9a-f]+)$/, ([id]) => json(traceDetail(requireTrace(id)))],
    // To ask whether a trace has grown, without getting it again.
    [/^\/api\/traces\/([0-9a-f]+)\/size$/, ([id]) => json({ spans: requireTrace(id).spans.size })],
    [
      /^\/api\/traces\/([0-9a-f]+)\/spans\/([0-9a-f]+)$/,
      ([id, spanId]) => {
        const { traceId, spans } = requireTrace(id);
        const span = spans.get(spanId ?? '');
        if (span === undefined) throw new HttpProblem(404, `trace ${id} has no span ${spanId}`);
        return json(spanDetail(traceId, span, (other) => store.get(other) !== undefined));
      },
    ],
    [
      /^\/api\/traces\/([0-9a-f]+)\/matches$/,
      ([id], query) => {
        const { spans } = requireTrace(id);
        const matcher = createMatcher(parseQuery(query.get('q') ?? ''));
        return json(
          Array.from(spans.values())
            .filter(matcher.matchesSpan)
            .map(({ spanId }) => spanId),
        );
      },
    ],
    [
      /^\/api\/traces\/([0-9a-f]+)\/otlp\.json$/,
      ([id]) => ({
        ...json(toOtlpJson(receivedSpans(requireTrace(id)))),
        headers: { 'content-disposition': `inline; filename="trace-${id}.json"` },
      }),
    ],
    [
      /^\/api\/traces\/([0-9a-f]+)\/waterfall\.txt$/,
      ([id]) => text(`${renderWaterfall(receivedSpans(requireTrace(id)), { width: 120, maxSpans: 500 })}\n`),
    ],
    [
      /^\/api\/compare\/([0-9a-f]+)\/([0-9a-f]+)$/,
      ([a, b]) => json(compareTraces(requireTrace(a), requireTrace(b))),
    ],
    [/^\/api\/operations$/, (_, query) => json(operations.requests(windowOf(query)))],
    [/^\/api\/databases$/, (_, query) => json(operations.databases(windowOf(query)))],
    [/^\/api\/map$/, (_, query) => json(mapView(viewer, windowOf(query)))],
    [/^\/api\/facets$/, (_, query) => json(facets(viewer, query.get('service') ?? ''))],
    [
      /^\/api\/values$/,
      (_, query) =>
        json(
          store.terms
            .termsOf(query.get('key') ?? '')
            .slice(0, MAX_VALUES)
            .map(({ value }) => valueText(value).slice(0, 200)),
        ),
    ],
  ];

  const writes: typeof reads = [
    [
      /^\/api\/import$/,
      async (_, __, request) => {
        const body = await readRequestBody(request, maxBodyBytes);
        if (body === undefined) throw new HttpProblem(400, 'the file did not come whole');
        const spans = decodeOtlpFile(body);
        viewer.add(spans, { imported: true });
        const traceIds = [...new Set(spans.map(({ traceId }) => traceId))];
        return json({ spans: spans.length, traces: traceIds.length, traceId: traceIds[0] });
      },
    ],
    [
      /^\/api\/clear$/,
      () => {
        viewer.clear();
        return json({});
      },
    ],
  ];

  return {
    /** @throws HttpProblem, QueryError, MalformedOtlpError, OtlpTooLargeError (as rejections) */
    async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
      const isWrite = request.method === 'POST';
      if (!isWrite && request.method !== 'GET') {
        throw new HttpProblem(405, `${url.pathname} takes GET or POST, not ${request.method}`, {
          allow: 'GET, POST',
        });
      }
      refuseOtherSites(request, isWrite);
      for (const [pattern, handler] of isWrite ? writes : reads) {
        const match = pattern.exec(url.pathname);
        if (match === null) continue;
        const { body, contentType, headers } = await handler(match.slice(1), url.searchParams, request);
        response.writeHead(200, { ...SECURITY_HEADERS, 'content-type': contentType, ...headers });
        response.end(body);
        return;
      }
      throw new HttpProblem(404, `there is no ${request.method} ${url.pathname}`);
    },
    refuse(request: IncomingMessage, response: ServerResponse, error: unknown, status: number): void {
      request.resume();
      if (response.headersSent) return;
      const headers = error instanceof HttpProblem ? error.headers : {};
      response.writeHead(error instanceof QueryError ? 400 : status, {
        ...SECURITY_HEADERS,
        'content-type': 'application/json; charset=utf-8',
        ...headers,
      });
      response.end(JSON.stringify({ message: (error as Error).message }));
    },
  };
}

/**
 * A page of another local server is "this machine" as well, but is not ours. It cannot read our answers; that it cannot
 * make us do something either is seen to here: browsers send no JSON to another origin without asking first, and we
 * never say yes.
 */
function refuseOtherSites(request: IncomingMessage, isWrite: boolean): void {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new HttpProblem(403, 'only the page of this viewer may ask this');
  }
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (isWrite && type !== 'application/json') {
    throw new HttpProblem(
      415,
      `Content-Type must be application/json, got ${type === undefined ? 'none' : JSON.stringify(type)}`,
    );
  }
}

function receivedSpans({ traceId, spans }: StoredTrace) {
  return Array.from(spans.values(), (span: StoredSpan) => toReceivedSpan(traceId, span));
}

function facets({ store }: Viewer, service: string): Facets {
  const services = new Map<string, number>();
  const operations = new Set<string>();
  for (const { spans } of store.traces()) {
    for (const { resource, name } of spans.values()) {
      services.set(resource.service, (services.get(resource.service) ?? 0) + 1);
      if (operations.size < 1000 && (service === '' || resource.service === service)) {
        operations.add(name.value as string);
      }
    }
  }
  return {
    services: [...services].sort((a, b) => (a[0] < b[0] ? -1 : 1)),
    operations: [...operations].sort(),
    keys: store.terms.keys().filter((key) => key !== ''),
  };
}

function windowOf(query: URLSearchParams): number {
  const minutes = query.get('window') ?? '5';
  oneOf('window', minutes, WINDOWS_MINUTES.map(String));
  return Number(minutes) * 60_000;
}

function json(value: unknown): Answer {
  return { body: JSON.stringify(value), contentType: 'application/json; charset=utf-8' };
}

function text(body: string): Answer {
  return { body, contentType: 'text/plain; charset=utf-8' };
}

function oneOf(name: string, value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value;
  throw new HttpProblem(400, `${name} must be one of ${allowed.join(', ')}; got ${JSON.stringify(value)}`);
}

function integer(name: string, value: string, least: number, most: number): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new HttpProblem(
    400,
    `${name} must be a whole number from ${least} to ${most}; got ${JSON.stringify(value)}`,
  );
}
