import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientTarget } from './client-target.ts';

describe('clientTarget', () => {
  it.each<[[scheme: string, host: string, path: string], [url: string, address: string, port: number]]>([
    [
      ['http:', 'example.com', '/a?b=c'],
      ['http://example.com/a?b=c', 'example.com', 80],
    ],
    [
      ['https:', 'example.com', '/'],
      ['https://example.com/', 'example.com', 443],
    ],
    [
      ['http:', 'example.com:8080', '/'],
      ['http://example.com:8080/', 'example.com', 8080],
    ],
    [
      ['http:', '[::1]:8080', '/'],
      ['http://[::1]:8080/', '::1', 8080],
    ],
    [
      ['http:', '::1', '/'],
      ['http://[::1]/', '::1', 80],
    ],
    // Through a proxy the request line says where it goes.
    [
      ['http:', 'proxy:3128', 'https://example.com/a'],
      ['https://example.com/a', 'example.com', 443],
    ],
    [
      ['http:', 'proxy:3128', 'http://me:pw@example.com:81/a'],
      ['http://example.com:81/a', 'example.com', 81],
    ],
    [
      ['http:', 'proxy:3128', 'example.com:443'],
      ['http://proxy:3128', 'proxy', 3128],
    ],
    [
      ['http:', 'example.com', '*'],
      ['http://example.com', 'example.com', 80],
    ],
    [
      ['http:', 'b', '/o?sig=s3cret&x=1'],
      ['http://b/o?sig=REDACTED&x=1', 'b', 80],
    ],
    [
      ['http:', 'b', '/o?a=1&X-Amz-Signature=s3cret#sig=x'],
      ['http://b/o?a=1&X-Amz-Signature=REDACTED#sig=x', 'b', 80],
    ],
    [
      ['http:', 'b', '/sig=1?design=2'],
      ['http://b/sig=1?design=2', 'b', 80],
    ],
  ])('%j', (given, [url, address, port]) => {
    expect(clientTarget(...given)).toEqual({ url, address, port });
  });

  it('never throws and never shows a password of the request line', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.string(), (url, anything) => {
        const [scheme, rest] = url.split('//') as [string, string];
        expect(clientTarget('http:', 'proxy', `${scheme}//user:hunter2@${rest}`).url).not.toContain(
          'hunter2',
        );
        clientTarget(anything, anything, anything);
      }),
    );
  });
});
