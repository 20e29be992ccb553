import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { ServerConnection } from './server-connection.ts';
import { ServerRequest } from './server-request.ts';

const span = trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 });

/** A connection with requests of these names under way. */
function connectionWith(...names: string[]): [ServerConnection, ServerRequest[]] {
  const connection = new ServerConnection(new Socket(), createServer());
  const requests = names.map((name) => new ServerRequest(ROOT_CONTEXT, span, name));
  for (const request of requests) connection.add(request);
  return [connection, requests];
}

function left(connection: ServerConnection): string[] {
  const names: string[] = [];
  for (let one = connection.takeOldest(); one !== undefined; one = connection.takeOldest())
    names.push(one.name);
  return names;
}

describe('ServerConnection', () => {
  it.each([
    [[], 'abc'],
    [['a'], 'bc'],
    [['b'], 'ac'],
    [['c'], 'ab'],
    [['a', 'b', 'c'], ''],
    [['c', 'b', 'a'], ''],
    [['a', 'a'], 'bc'],
  ])('of a, b, c without %j holds %j, and takes more', (removed, remaining) => {
    const [connection, requests] = connectionWith('a', 'b', 'c');
    for (const name of removed) connection.remove(requests.find((request) => request.name === name)!);
    const more = new ServerRequest(ROOT_CONTEXT, span, 'd');
    connection.add(more);
    expect(left(connection).join('')).toBe(`${remaining}d`);
    expect([...requests, more].map(({ next }) => next)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('knows nothing of a peer where there is none', () => {
    const [connection] = connectionWith();
    expect(connection).toMatchObject({
      scheme: 'http',
      peerAddress: undefined,
      peerPort: undefined,
      transport: undefined,
    });
  });

  it('reads the Host header again when it changes', () => {
    const [connection] = connectionWith();
    const hosts = ['a:1', 'a:1', 'b', undefined, '', '[::1]:2'].map((header) => connection.host(header));
    expect(hosts).toEqual([
      { address: 'a', port: 1 },
      { address: 'a', port: 1 },
      { address: 'b', port: undefined },
      { address: '', port: undefined },
      { address: '', port: undefined },
      { address: '::1', port: 2 },
    ]);
  });

  it('calls an IPv4 client by its own address where the server listens on ::', () => {
    const peer = (remoteAddress: string): string | undefined =>
      new ServerConnection({ remoteAddress, remotePort: 1 } as Socket, undefined).peerAddress;
    expect(peer('::ffff:192.0.2.4')).toBe('192.0.2.4');
    expect(peer('::ffff:a')).toBe('::ffff:a');
    expect(peer('2001:db8::1')).toBe('2001:db8::1');
  });
});
