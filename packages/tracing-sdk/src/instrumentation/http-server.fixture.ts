import { createServer, type RequestListener, type Server } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { ExpectedSpan } from '../testing/assert-span.ts';
import { createHttpServerInstrumentation } from './http-server.ts';
import { listen, startTestTracing, stop, talk } from './http-tracing.fixture.ts';

export const tracing = startTestTracing();
export const { tracer, enterContext } = tracing;
export const instrumentation = createHttpServerInstrumentation({ tracer, enterContext });

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

export const ok: RequestListener = (_, response) => void response.end('ok');

/** One GET on a connection of its own. */
export const get = (port: number, path = '/', headers = ''): Promise<string> =>
  talk(port, `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n${headers}\r\n`);

export const VOLATILE = { volatile: ['network.peer.port'] };

export function serverSpan(
  port: number,
  attributes: ExpectedSpan['attributes'] = {},
  more: Partial<ExpectedSpan> = {},
): ExpectedSpan {
  return {
    name: 'GET',
    kind: SpanKind.SERVER,
    ...more,
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'url.path': '/',
      'server.address': 'localhost',
      'server.port': port,
      'client.address': '127.0.0.1',
      'network.peer.address': '127.0.0.1',
      'network.protocol.version': '1.1',
      ...attributes,
    },
  };
}
