import { channel } from 'node:diagnostics_channel';
import { context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { describe, expect, it } from 'vitest';
import type { ReadableSpan } from '../otel-contract.ts';
import { assertSpan, type ExpectedSpan } from '../testing/assert-span.ts';
import { clientSpan, ERROR, echoHeaders, instrumentation, serve, tracer, tracing } from './fetch.fixture.ts';
import { createFetchInstrumentation } from './fetch.ts';
import { createHttpServerInstrumentation } from './http-server.ts';
import { TRACEPARENT, traceparentOf } from './http-tracing.fixture.ts';

describe('fetch', () => {
  it('becomes a span under the active one, and the server is told', async () => {
    const origin = await serve(echoHeaders);
    const parent = tracer.startSpan('parent');
    const headers = await context.with(trace.setSpan(ROOT_CONTEXT, parent), async () =>
      (await fetch(`${origin}/a?sig=b`)).json(),
    );
    const [span] = await tracing.ended(1);
    assertSpan(span, clientSpan(origin, { 'url.full': `${origin}/a?sig=REDACTED` }, { parent }));
    expect(headers).toMatchObject({ traceparent: traceparentOf(span) });
  });

  it.each<[string, RequestInit, number, ExpectedSpan['attributes'], string]>([
    ['a POST', { method: 'POST', body: 'x' }, 201, { 'http.request.method': 'POST' }, 'POST'],
    ['a HEAD', { method: 'HEAD' }, 200, { 'http.request.method': 'HEAD' }, 'HEAD'],
    [
      'an unknown method',
      { method: 'PROPFIND' },
      207,
      { 'http.request.method': '_OTHER', 'http.request.method_original': 'PROPFIND' },
      'HTTP',
    ],
    ['not found', {}, 404, { 'error.type': '404' }, 'GET'],
    ['a server error', {}, 503, { 'error.type': '503' }, 'GET'],
  ])('%s', async (_, init, statusCode, attributes, name) => {
    const origin = await serve((_incoming, response) => void response.writeHead(statusCode).end());
    await (await fetch(origin, init)).text();
    assertSpan(
      (await tracing.ended(1))[0],
      clientSpan(
        origin,
        { 'http.response.status_code': statusCode, ...attributes },
        { name, ...(statusCode >= 400 ? ERROR : {}) },
      ),
    );
  });

  it('that follows a redirect is two spans of one parent', async () => {
    const origin = await serve((incoming, response) => {
      if (incoming.url === '/') response.writeHead(302, { location: '/there' }).end();
      else echoHeaders(incoming, response as never);
    });
    const parent = tracer.startSpan('parent');
    const headers = await context.with(trace.setSpan(ROOT_CONTEXT, parent), async () =>
      (await fetch(origin)).json(),
    );
    const [first, second] = await tracing.ended(2);
    assertSpan(first, clientSpan(origin, { 'http.response.status_code': 302 }, { parent }));
    assertSpan(second, clientSpan(origin, { 'url.full': `${origin}/there` }, { parent }));
    expect(headers).toMatchObject({ traceparent: traceparentOf(second) });
  });

  it('that forwards the headers of another request carries exactly one traceparent, ours', async () => {
    const origin = await serve(echoHeaders);
    const headers = await (
      await fetch(origin, { headers: { TraceParent: TRACEPARENT, 'X-Mine': '1' } })
    ).json();
    const [span] = await tracing.ended(1);
    expect(headers).toMatchObject({ traceparent: traceparentOf(span), 'x-mine': '1' });
  });

  it('of the exporter leaves no trace', async () => {
    const origin = await serve(echoHeaders);
    const headers = await context.with(suppressTracing(ROOT_CONTEXT), async () =>
      (await fetch(origin)).json(),
    );
    expect(headers).not.toHaveProperty('traceparent');
    await (await fetch(`${origin}/after`)).text();
    expect((await tracing.ended(1)).map(({ attributes }) => attributes['url.full'])).toEqual([
      `${origin}/after`,
    ]);
  });

  it('in a handler, after an await, is a child of the request it serves, across processes or not', async () => {
    const server = createHttpServerInstrumentation(tracing);
    server.enable();
    try {
      const inner = await serve(echoHeaders);
      const outer = await serve(async (_, response) => {
        await null;
        response.end(await (await fetch(inner)).text());
      });
      await (await fetch(outer)).text();
      const spans = await tracing.ended(4);
      const called = (origin: string, kind: SpanKind): ReadableSpan =>
        spans.find(
          (span) => span.kind === kind && span.attributes['server.port'] === Number(new URL(origin).port),
        )!;
      const chain = [
        called(outer, SpanKind.CLIENT),
        called(outer, SpanKind.SERVER),
        called(inner, SpanKind.CLIENT),
        called(inner, SpanKind.SERVER),
      ];
      expect(chain.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
        undefined,
        ...chain.slice(0, 3).map((span) => span.spanContext().spanId),
      ]);
      expect(new Set(chain.map((span) => span.spanContext().traceId)).size).toBe(1);
    } finally {
      server.disable();
    }
  });
});

describe('undici’s requests of other versions', () => {
  const publish = (name: string, message: object): void => channel(`undici:${name}`).publish(message);

  it.each<[string, string | unknown[], RegExp]>([
    ['undici 5, headers as text', 'x-mine: 1\r\n', /^x-mine: 1\r\ntraceparent: 00-.*-01\r\n$/],
    [
      'undici 5, traceparent set',
      `traceparent: ${TRACEPARENT}\r\nx-mine: 1\r\n`,
      /^traceparent: 00-(?!0af76519).*-01\r\nx-mine: 1\r\n$/,
    ],
    ['undici 5, no headers', '', /^traceparent: 00-.*-01\r\n$/],
    ['a list', ['x-mine', '1'], /^x-mine,1,traceparent,00-/],
    ['a list with an array in it', ['x-mine', ['1', '2'], 'Traceparent', 'x'], /^x-mine,1,2,Traceparent,00-/],
  ])('%s', async (_, headers, expected) => {
    const request = { origin: new URL('https://shop.example'), path: '/a', method: 'GET', headers };
    publish('request:create', { request });
    expect(String(request.headers)).toMatch(expected);
    publish('client:sendHeaders', {
      request,
      socket: { remoteAddress: '192.0.2.4', remotePort: 443, alpnProtocol: 'h2' },
    });
    publish('request:headers', { request, response: { statusCode: 200 } });
    publish('request:trailers', { request });
    publish('request:error', { request, error: new Error('late') });
    const spans = await tracing.ended(1);
    assertSpan(spans[0], {
      name: 'GET',
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'url.full': 'https://shop.example/a',
        'server.address': 'shop.example',
        'server.port': 443,
        'network.peer.address': '192.0.2.4',
        'network.peer.port': 443,
        'network.protocol.version': '2',
      },
    });
    expect(spans).toHaveLength(1);
  });

  it('a tunnel that ProxyAgent opens is not a request of the app’s', async () => {
    const request = { origin: 'http://proxy:3128', path: 'shop.example:443', method: 'CONNECT', headers: [] };
    publish('request:create', { request });
    publish('request:trailers', { request });
    expect(request.headers).toEqual([]);
    const origin = await serve(echoHeaders);
    await (await fetch(origin)).text();
    expect(await tracing.ended(1)).toHaveLength(1);
  });
});

describe('switching and failing', () => {
  it('off and on, twice as well, makes one span a request or none', async () => {
    const origin = await serve(echoHeaders);
    instrumentation.enable();
    await (await fetch(`${origin}/on`)).text();
    instrumentation.disable();
    instrumentation.disable();
    expect(await (await fetch(`${origin}/off`)).json()).not.toHaveProperty('traceparent');
    instrumentation.enable();
    await (await fetch(`${origin}/on-again`)).text();
    const spans = await tracing.ended(2);
    expect(spans.map(({ attributes }) => attributes['url.full'])).toEqual([
      `${origin}/on`,
      `${origin}/on-again`,
    ]);
  });

  it('failures of ours do not reach the app, and are said once', async () => {
    instrumentation.disable();
    const broken = createFetchInstrumentation({
      tracer: {
        startSpan() {
          throw new Error('a broken tracer');
        },
      } as never,
    });
    broken.enable();
    try {
      const origin = await serve(echoHeaders);
      expect((await fetch(origin)).status).toBe(200);
      expect((await fetch(origin)).status).toBe(200);
      expect(tracing.complaints.splice(0)).toEqual([
        [
          expect.stringContaining('The undici instrumentation failed'),
          expect.objectContaining({ message: 'a broken tracer' }),
        ],
      ]);
    } finally {
      broken.disable();
      instrumentation.enable();
    }
  });
});
