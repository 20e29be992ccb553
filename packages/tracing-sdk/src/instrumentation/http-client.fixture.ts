/** What the tests of the client instrumentation share: it is on, servers are stopped after each test. */
import { once } from 'node:events';
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  request,
  type Server,
} from 'node:http';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { ExpectedSpan } from '../testing/assert-span.ts';
import { createHttpClientInstrumentation } from './http-client.ts';
import { listen, startTestTracing, stop } from './http-tracing.fixture.ts';

export const tracing = startTestTracing();
export const { tracer } = tracing;
export const instrumentation = createHttpClientInstrumentation({ tracer });

beforeAll(() => instrumentation.enable());
afterAll(() => instrumentation.disable());
beforeEach(() => tracing.clear());

export const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server);
  expect(tracing.complaints).toEqual([]);
});

export async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  return listen(server);
}

export const echoHeaders: RequestListener = ({ headers }, response) =>
  void response.end(JSON.stringify(headers));

export async function send(options: RequestOptions, write?: (sent: ClientRequest) => void): Promise<string> {
  const sent = request({ agent: false, ...options });
  write?.(sent);
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return body;
}

/** What an exchange with an answer has. */
export function clientSpan(
  port: number,
  attributes: ExpectedSpan['attributes'] = {},
  more: Partial<ExpectedSpan> = {},
): ExpectedSpan {
  return {
    name: 'GET',
    kind: SpanKind.CLIENT,
    ...more,
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.full': `http://localhost:${port}/`,
      'server.address': 'localhost',
      'server.port': port,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': port,
      'network.protocol.version': '1.1',
      ...attributes,
    },
  };
}

export const NO_ANSWER = {
  'http.response.status_code': undefined,
  'network.peer.address': undefined,
  'network.peer.port': undefined,
  'network.protocol.version': undefined,
};
export const ERROR = { status: { code: SpanStatusCode.ERROR } };
