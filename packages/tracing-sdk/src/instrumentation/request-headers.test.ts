import { describe, expect, it } from 'vitest';
import { withHeader } from './request-headers.ts';

const HEAD = 'GET /traceparent: HTTP/1.1\r\nHost: a\r\nTraceParent: old\r\nX: traceparent: y\r\n\r\n';

describe('withHeader', () => {
  it.each<[string, [head: string, name: string, value: string], string]>([
    [
      'replaces, in any case',
      [HEAD, 'traceparent', 'new'],
      'GET /traceparent: HTTP/1.1\r\nHost: a\r\ntraceparent: new\r\nX: traceparent: y\r\n\r\n',
    ],
    [
      'adds at the end of a head',
      ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'b', '1'],
      'GET / HTTP/1.1\r\nHost: a\r\nb: 1\r\n\r\n',
    ],
    ['adds at the end of a list', ['host: a\r\n', 'b', '1'], 'host: a\r\nb: 1\r\n'],
    ['lets no value start a line', [HEAD, 'baggage', 'a\r\nCookie: b'], HEAD],
    ['lets no name start a line', [HEAD, 'a\nb', 'c'], HEAD],
  ])('%s', (_, given, expected) => {
    expect(withHeader(...given)).toBe(expected);
  });
});
