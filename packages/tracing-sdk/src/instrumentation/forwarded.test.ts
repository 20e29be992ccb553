import { describe, expect, it } from 'vitest';
import { type ForwardedRequest, forwardedRequest } from './forwarded.ts';

const NONE: ForwardedRequest = { client: undefined, host: undefined, scheme: undefined };

describe('forwardedRequest', () => {
  it.each<[Record<string, string>, Partial<ForwardedRequest> | undefined]>([
    [{}, undefined],
    [{ 'x-forwarded-for': '192.0.2.4' }, { client: '192.0.2.4' }],
    [{ 'x-forwarded-for': ' 192.0.2.4 , 198.51.100.1' }, { client: '192.0.2.4' }],
    [{ 'x-forwarded-for': '192.0.2.4:61234' }, { client: '192.0.2.4' }],
    [{ 'x-forwarded-for': '2001:db8::1' }, { client: '2001:db8::1' }],
    [{ 'x-forwarded-for': '[2001:db8::1]:61234' }, { client: '2001:db8::1' }],
    [{ 'x-forwarded-for': 'unknown' }, {}],
    [{ 'x-forwarded-for': '' }, {}],
    [{ 'x-forwarded-host': 'shop.example:8443' }, { host: 'shop.example:8443' }],
    [{ 'x-forwarded-host': 'shop.example, inner.example' }, { host: 'shop.example' }],
    [{ 'x-forwarded-proto': 'HTTPS' }, { scheme: 'https' }],
    [{ 'x-forwarded-proto': 'https,http' }, { scheme: 'https' }],
    [{ 'x-forwarded-proto': 'gopher' }, {}],
    [
      { forwarded: 'for=192.0.2.43;proto=https;by=203.0.113.43;host=shop.example' },
      { client: '192.0.2.43', host: 'shop.example', scheme: 'https' },
    ],
    [
      { forwarded: 'For="[2001:db8:cafe::17]:4711"; Host="shop.example:8443"' },
      { client: '2001:db8:cafe::17', host: 'shop.example:8443' },
    ],
    [{ forwarded: 'for=192.0.2.43, for=198.51.100.17;host=inner' }, { client: '192.0.2.43' }],
    [{ forwarded: 'for=_hidden;proto=http' }, { scheme: 'http' }],
    [{ forwarded: 'for=unknown' }, {}],
    [{ forwarded: 'host=' }, {}],
    [{ forwarded: '' }, {}],
    [{ forwarded: ';;=,"' }, {}],
    [{ forwarded: '__proto__=x;for=192.0.2.43' }, {}],
    // The standard header says it better than those that came before it.
    [{ forwarded: 'for=192.0.2.43', 'x-forwarded-for': '198.51.100.1' }, { client: '192.0.2.43' }],
  ])('%o', (headers, expected) => {
    expect(forwardedRequest(headers)).toEqual(expected && { ...NONE, ...expected });
  });
});
