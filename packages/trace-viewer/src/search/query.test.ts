import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration, parseQuery, QueryError, quote, tokenize } from './query.ts';

describe('parseQuery', () => {
  test.each([
    ['', {}],
    ['  timeout ', { words: [{ text: 'timeout', negated: false }] }],
    [
      '-health "GET /x y"',
      {
        words: [
          { text: 'health', negated: true },
          { text: 'get /x y', negated: false },
        ],
      },
    ],
    ['service:Checkout', { span: [{ kind: 'service', text: 'checkout' }] }],
    [
      'operation:"GET /a b" name:x',
      {
        span: [
          { kind: 'operation', text: 'get /a b' },
          { kind: 'operation', text: 'x' },
        ],
      },
    ],
    ['status:error', { span: [{ kind: 'status', code: 2 }] }],
    ['-status:error', { noSpan: [{ kind: 'status', code: 2 }] }],
    ['kind:server', { span: [{ kind: 'kind', code: 1 }] }],
    ['duration:>1.5s', { trace: [{ kind: 'duration', comparison: '>', number: 1.5e9, negated: false }] }],
    ['duration<=20ms', { trace: [{ kind: 'duration', comparison: '<=', number: 20e6, negated: false }] }],
    ['duration:5', { trace: [{ kind: 'duration', comparison: '>=', number: 5e6, negated: false }] }],
    ['spans:>100', { trace: [{ kind: 'spans', comparison: '>', number: 100, negated: false }] }],
    ['from:file', { trace: [{ kind: 'imported', negated: false }] }],
    ['trace:0AF7', { trace: [{ kind: 'trace', text: '0af7', negated: false }] }],
    [
      'http.response.status_code>=500',
      {
        span: [
          { kind: 'attribute', key: 'http.response.status_code', comparison: '>=', text: '500', number: 500 },
        ],
      },
    ],
    [
      'db.collection.name=docs -error.type=*',
      {
        span: [
          { kind: 'attribute', key: 'db.collection.name', comparison: '=', text: 'docs', number: undefined },
        ],
        noSpan: [
          { kind: 'attribute', key: 'error.type', comparison: 'exists', text: '*', number: undefined },
        ],
      },
    ],
    // Not ours to read: text.
    ['http://127.0.0.1:80/a', { words: [{ text: 'http://127.0.0.1:80/a', negated: false }] }],
    ['"a=b"', { words: [{ text: 'a=b', negated: false }] }],
    ['"open quote', { words: [{ text: 'open quote', negated: false }] }],
  ])('%s', (text, parts) => {
    expect(parseQuery(text)).toEqual({ words: [], span: [], noSpan: [], trace: [], ...parts });
  });

  test.each([
    ['duration:abc', "duration takes a number with ns, us, ms, s or m, such as duration:>100ms; got 'abc'"],
    ['spans:many', "spans takes a number, such as spans:>100; got 'many'"],
    ['from:disk', "from takes file, as in from:file; got 'disk'"],
    ['status:constructor', "status is error, ok or unset; got 'constructor'"],
    ['status:bad', "status is error, ok or unset; got 'bad'"],
    ['kind:web', "kind is one of internal, server, client, producer, consumer; got 'web'"],
    ['http.route>x', "> compares numbers, such as http.response.status_code>499; got 'x' for http.route"],
    ['x'.repeat(2001), 'a query has at most 2000 characters, got 2001'],
    ['x '.repeat(31), 'a query has at most 30 words, got 31; quotes make one of several'],
  ])('refuses %s', (text, message) => {
    expect(() => parseQuery(text)).toThrow(new QueryError(message));
  });

  test('any text is read or refused with a QueryError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab:=<>!~"\\- \t.*1'), maxLength: 40 }), (text) => {
        try {
          parseQuery(text);
        } catch (error) {
          expect(error).toBeInstanceOf(QueryError);
        }
      }),
    );
  });

  test('what is quoted is read back as it was, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(tokenize(`a operation:${quote(value)} b`)[1]).toMatchObject({ field: 'operation', value });
      }),
    );
  });
});

test.each([
  ['100', 100e6],
  ['1.5us', 1500],
  ['2m', 120e9],
  ['-1ms', Number.NaN],
  ['1h', Number.NaN],
])('parseDuration %s', (text, nanoseconds) => {
  expect(parseDuration(text)).toBe(nanoseconds);
});
