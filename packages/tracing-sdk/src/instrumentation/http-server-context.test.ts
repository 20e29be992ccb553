import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPropagator } from '../settings/propagator.ts';
import { assertSpan } from '../testing/assert-span.ts';
import {
  enterContext,
  get,
  instrumentation,
  ok,
  serve,
  serverSpan,
  servers,
  tracer,
  tracing,
  VOLATILE,
} from './http-server.fixture.ts';
import { createHttpServerInstrumentation } from './http-server.ts';
import {
  openSocket,
  REMOTE_SPAN_ID,
  REMOTE_TRACE_ID,
  UNSAMPLED_TRACEPARENT,
} from './http-tracing.fixture.ts';
import type { ServerRequest } from './server-request.ts';

describe('the context', () => {
  const activeSpanId = (): string | undefined => trace.getActiveSpan()?.spanContext().spanId;

  it('is the request’s in the handler, after awaits, in timers, and in the events of request and response', async () => {
    const seen: Record<string, string | undefined> = {};
    const note = (where: string) => () => {
      seen[where] = activeSpanId();
    };
    const closed = Promise.withResolvers<void>();
    const port = await serve(async (incoming, response) => {
      note('handler')();
      incoming
        .on('data', note('data'))
        .on('end', note('end'))
        .on('end', () => response.end());
      response
        .on('finish', note('finish'))
        .on('close', note('close'))
        .on('close', () => closed.resolve());
      setImmediate(note('timer'));
      await null;
      note('await')();
    });
    const socket = await openSocket(port);
    socket.write(`POST / HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 6\r\n\r\nabc`);
    await once(servers[0]!, 'request');
    // The rest of the body is an event of the connection's own, long after the handler has returned.
    setImmediate(() => socket.write('def'));
    await closed.promise;
    socket.destroy();
    const [span] = await tracing.ended(1);
    const id = span!.spanContext().spanId;
    expect(seen).toEqual({ handler: id, data: id, end: id, finish: id, close: id, timer: id, await: id });
  });

  it('is the request’s in the close event of an abort', async () => {
    const closed = Promise.withResolvers<string | undefined>();
    const arrived = Promise.withResolvers<void>();
    const port = await serve((_, response) => {
      response.on('close', () => closed.resolve(activeSpanId()));
      arrived.resolve();
    });
    const socket = await openSocket(port);
    socket.write(`GET / HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    await arrived.promise;
    socket.destroy();
    const id = await closed.promise;
    expect((await tracing.ended(1))[0]!.spanContext().spanId).toBe(id);
  });

  it('of a request that is not sampled keeps its children from being sampled, also late ones', async () => {
    const flags: (number | undefined)[] = [];
    const port = await serve((incoming, response) => {
      const child = (): void => {
        const span = tracer.startSpan('child');
        flags.push(span.spanContext().traceFlags);
        span.end();
      };
      child();
      incoming.resume().on('end', () => {
        child();
        response.end();
      });
    });
    const socket = await openSocket(port);
    socket.write(
      `POST / HTTP/1.1\r\nHost: localhost:${port}\r\ntraceparent: ${UNSAMPLED_TRACEPARENT}\r\nContent-Length: 1\r\n\r\n`,
    );
    await once(servers[0]!, 'request');
    setImmediate(() => socket.write('x'));
    await once(socket, 'data');
    socket.destroy();
    await get(port, '/', 'Content-Length: 0\r\n');
    const spans = await tracing.ended(3);
    expect(flags).toEqual([0, 0, 1, 1]);
    expect(spans.map(({ name }) => name).toSorted()).toEqual(['GET', 'child', 'child']);
  });

  it('of the code that drives a server in its own process is left alone', async () => {
    const outer = trace.setSpan(ROOT_CONTEXT, tracer.startSpan('outer'));
    const port = await serve(ok);
    await context.with(outer, async () => {
      await get(port);
      expect(context.active()).toBe(outer);
    });
    expect(context.active()).toBe(ROOT_CONTEXT);
  });

  it('lets go of request and response when the span has ended', async () => {
    let entered: ServerRequest | undefined;
    const port = await serve((_, response) => {
      entered = context.active() as ServerRequest;
      response.end();
    });
    await get(port);
    await tracing.ended(1);
    expect(entered).toMatchObject({ request: undefined, response: undefined, next: undefined });
  });
});

describe('http.route', () => {
  const routed = async (listener: RequestListener): Promise<[string | undefined, unknown]> => {
    const port = await serve(listener);
    await get(port, '/users/42');
    const [span] = await tracing.ended(1);
    return [span?.name, span?.attributes['http.route']];
  };

  it.each<[string, RequestListener, [string, string | undefined]]>([
    ['is not made up', ok, ['GET', undefined]],
    [
      'comes from Express',
      (incoming, response) => {
        Object.assign(incoming, { route: { path: '/:id' }, baseUrl: '/users', originalUrl: incoming.url });
        response.end();
      },
      ['GET /users/:id', '/users/:id'],
    ],
    [
      'comes from an instrumentation package, by the RPC metadata',
      (_, response) => {
        getRPCMetadata(context.active())!.route = '/users/:name';
        response.end();
      },
      ['GET /users/:name', '/users/:name'],
    ],
    [
      'that somebody has set stays',
      (incoming, response) => {
        Object.assign(incoming, { route: { path: '/*' } });
        trace.getActiveSpan()!.setAttribute('http.route', '/users/{id}');
        response.end();
      },
      ['GET /users/{id}', '/users/{id}'],
    ],
    [
      'leaves a name that somebody has given',
      (incoming, response) => {
        Object.assign(incoming, { route: { path: '/users/:id' } });
        trace.getActiveSpan()!.updateName('show user');
        response.end();
      },
      ['show user', '/users/:id'],
    ],
  ])('%s', async (_, listener, expected) => {
    expect(await routed(listener)).toEqual(expected);
  });

  it('comes from Fastify’s own diagnostics channel', async () => {
    const { tracingChannel } = await import('node:diagnostics_channel');
    const { start } = tracingChannel('fastify.request.handler');
    expect(
      await routed((incoming, response) => {
        start.publish({ request: { raw: incoming }, reply: { raw: response }, route: { url: '/users/:id' } });
        response.end();
      }),
    ).toEqual(['GET /users/:id', '/users/:id']);
  });
});

describe('what the app has said about a failure stays', () => {
  it('status and error.type', async () => {
    const port = await serve((_, response) => {
      const span = trace.getActiveSpan()!;
      span.setAttribute('error.type', 'OutOfStock');
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'nothing left' });
      response.writeHead(500).end();
    });
    await get(port);
    const [span] = await tracing.ended(1);
    assertSpan(
      span,
      serverSpan(
        port,
        { 'http.response.status_code': 500, 'error.type': 'OutOfStock' },
        { status: { code: SpanStatusCode.ERROR, message: 'nothing left' } },
      ),
      VOLATILE,
    );
  });
});

describe('propagation', () => {
  afterEach(() => {
    propagation.disable();
    propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage']));
    instrumentation.disable();
    instrumentation.enable();
  });

  const use = (propagator: Parameters<typeof propagation.setGlobalPropagator>[0]): void => {
    propagation.disable();
    propagation.setGlobalPropagator(propagator);
    instrumentation.disable();
    instrumentation.enable();
  };

  it('asks the propagator only when there is something to read', async () => {
    const extract = vi.fn((given) => given);
    use({ inject() {}, extract, fields: () => ['X-Trace'] });
    const port = await serve(ok);
    await get(port, '/', 'traceparent: x\r\n');
    expect(extract).not.toHaveBeenCalled();
    await get(port, '/', 'x-trace: 1\r\n');
    expect(extract).toHaveBeenCalledTimes(1);
  });

  it('asks a propagator that names no headers at every request', async () => {
    const extract = vi.fn((given) => given);
    use({ inject() {}, extract, fields: () => [] });
    await get(await serve(ok));
    expect(extract).toHaveBeenCalledTimes(1);
  });

  it.each(['b3', 'b3multi'] as const)('%s reads both forms', async (name) => {
    use(createPropagator([name]));
    const port = await serve(ok);
    await get(port, '/', `b3: ${REMOTE_TRACE_ID}-${REMOTE_SPAN_ID}-1\r\n`);
    await get(
      port,
      '/',
      `X-B3-TraceId: ${REMOTE_TRACE_ID}\r\nX-B3-SpanId: ${REMOTE_SPAN_ID}\r\nX-B3-Sampled: 1\r\n`,
    );
    const spans = await tracing.ended(2);
    expect(spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      REMOTE_SPAN_ID,
      REMOTE_SPAN_ID,
    ]);
  });
});

describe('switching', () => {
  it('off and on, twice as well, makes one span a request or none', async () => {
    const port = await serve(ok);
    instrumentation.enable();
    await get(port, '/on');
    instrumentation.disable();
    instrumentation.disable();
    await get(port, '/off');
    instrumentation.enable();
    await get(port, '/on-again');
    const spans = await tracing.ended(2);
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/on', '/on-again']);
  });

  it('off in the middle of a request still ends its span, as what it was', async () => {
    const port = await serve((_, response) => {
      instrumentation.disable();
      response.end();
    });
    await get(port);
    const [span] = await tracing.ended(1);
    instrumentation.enable();
    assertSpan(span, serverSpan(port), VOLATILE);
  });

  it('takes a redactor of the caller’s for the query', async () => {
    instrumentation.disable();
    const own = createHttpServerInstrumentation({
      tracer,
      enterContext,
      redactUrl: (query) => query.replace('pin=1234', 'pin=*'),
    });
    own.enable();
    const port = await serve(ok);
    await get(port, '/?pin=1234&sig=a');
    own.disable();
    instrumentation.enable();
    const [span] = await tracing.ended(1);
    expect(span?.attributes['url.query']).toBe('pin=*&sig=a');
  });
});

describe('a handler that throws', () => {
  it('fails as it would without us; its span ends with the connection', async () => {
    const program = fileURLToPath(new URL('throwing-server.fixture.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--experimental-strip-types', program]);
    expect(JSON.parse(stdout)).toEqual({ uncaught: ['boom'], name: 'GET', errorType: 'aborted' });
  });
});

describe('failures of ours', () => {
  it('reach neither the app nor the client, and are said once', async () => {
    instrumentation.disable();
    const broken = createHttpServerInstrumentation({
      tracer: {
        ...tracer,
        startSpan() {
          throw new Error('a broken tracer');
        },
      } as never,
      enterContext,
    });
    broken.enable();
    try {
      const port = await serve(ok);
      expect(await get(port)).toContain(' 200 ');
      expect(await get(port)).toContain(' 200 ');
      expect(tracing.complaints.splice(0)).toEqual([
        [
          expect.stringContaining('The http instrumentation failed'),
          expect.objectContaining({ message: 'a broken tracer' }),
        ],
      ]);
    } finally {
      broken.disable();
      instrumentation.enable();
    }
  });
});
