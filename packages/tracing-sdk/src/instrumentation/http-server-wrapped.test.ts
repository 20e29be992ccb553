import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { assertSpan } from '../testing/assert-span.ts';
import { get, serve, serverSpan, servers, tracing, VOLATILE } from './http-server.fixture.ts';
import { listen } from './http-tracing.fixture.ts';

describe('request and response that the app has made its own', () => {
  it('as prototypes of other objects, emit as ever', async () => {
    const seen: unknown[] = [];
    const port = await serve((incoming, response) => {
      for (const message of [incoming, response]) {
        message.on('custom', (value) => seen.push([value, trace.getActiveSpan() !== undefined]));
        const wrapped: IncomingMessage | ServerResponse = Object.create(Object.create(message));
        seen.push(wrapped.emit('custom', 1), wrapped.emit('nobody listens'));
      }
      response.end();
    });
    expect(await get(port, '/', 'Content-Length: 0\r\n')).toContain(' 200 ');
    expect(seen).toEqual([[1, true], true, false, [1, true], true, false]);
    assertSpan((await tracing.ended(1))[0], serverSpan(port), VOLATILE);
  });

  it('with another prototype, as Express gives them, emit as ever', async () => {
    const seen: unknown[] = [];
    const port = await serve((incoming, response) => {
      Object.setPrototypeOf(incoming, Object.create(IncomingMessage.prototype));
      Object.setPrototypeOf(response, Object.create(ServerResponse.prototype));
      response.on('finish', () => seen.push('finish'));
      incoming.resume().on('end', () => response.end());
    });
    expect(await get(port, '/', 'Content-Length: 0\r\n')).toContain(' 200 ');
    await tracing.ended(1);
    expect(seen).toEqual(['finish']);
  });

  it('with an emit of their own keep it', async () => {
    const emitted: unknown[] = [];
    class Loud extends ServerResponse {
      override emit = (event: string | symbol, ...args: unknown[]): boolean => {
        emitted.push(event);
        return ServerResponse.prototype.emit.call(this, event, ...args);
      };
    }
    const server = createServer({ ServerResponse: Loud as typeof ServerResponse }, (_, response) => {
      response.end();
    });
    servers.push(server);
    const port = await listen(server);
    await get(port);
    assertSpan((await tracing.ended(1))[0], serverSpan(port), VOLATILE);
    expect(emitted).toContain('finish');
  });
});
