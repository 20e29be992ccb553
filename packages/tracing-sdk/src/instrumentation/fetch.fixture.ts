/** What the tests of the fetch instrumentation share: it is on, servers are stopped after each test. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { ExpectedSpan } from '../testing/assert-span.ts';
import { createFetchInstrumentation } from './fetch.ts';
import { listen, startTestTracing, stop } from './http-tracing.fixture.ts';

export const tracing = startTestTracing();
export const { tracer } = tracing;
export const instrumentation = createFetchInstrumentation({ tracer });

beforeAll(() => instrumentation.enable());
afterAll(() => instrumentation.disable());
beforeEach(() => tracing.clear());

export const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server);
  expect(tracing.complaints).toEqual([]);
});

export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  return `http://127.0.0.1:${await listen(server)}`;
}

export const echoHeaders: RequestListener = ({ headers }, response) =>
  void response.end(JSON.stringify(headers));

export function clientSpan(
  origin: string,
  attributes: ExpectedSpan['attributes'] = {},
  more: Partial<ExpectedSpan> = {},
): ExpectedSpan {
  const port = Number(new URL(origin).port);
  return {
    name: 'GET',
    kind: SpanKind.CLIENT,
    ...more,
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.full': `${origin}/`,
      'server.address': '127.0.0.1',
      'server.port': port,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': port,
      'network.protocol.version': '1.1',
      ...attributes,
    },
  };
}

export const NO_ANSWER = { 'http.response.status_code': undefined };
export const NEVER_SENT = {
  ...NO_ANSWER,
  'network.peer.address': undefined,
  'network.peer.port': undefined,
  'network.protocol.version': undefined,
};
export const ERROR = { status: { code: SpanStatusCode.ERROR } };
