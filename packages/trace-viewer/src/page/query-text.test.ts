import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../search/query.ts';
import {
  attributeCondition,
  conditions,
  fieldOf,
  problemOf,
  withCondition,
  withField,
  words,
} from './query-text.ts';

describe('controls and query', () => {
  test.each([
    ['', 'service', 'checkout', 'service:checkout'],
    ['declined service:search x=1', 'service', 'checkout', 'declined x=1 service:checkout'],
    ['service:search', 'service', '', ''],
    ['status:error "two words"', 'operation', 'GET /a b', 'status:error "two words" operation:"GET /a b"'],
    // Not what the control shows: it stays.
    ['-service:search', 'service', 'checkout', '-service:search service:checkout'],
    ['duration:>100ms', 'duration', '>1s', 'duration:>1s'],
  ] as const)('%j with %s:%j is %j', (query, field, value, expected) => {
    expect(withField(query, field, value)).toBe(expected);
    expect(fieldOf(expected, field)).toBe(value);
  });

  test('what is set is read back, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ unit: fc.constantFrom(...'ab "-:=\\') }),
        (value, query) => {
          // A quote left open swallows what follows.
          fc.pre(!query.includes('"'));
          expect(fieldOf(withField(query, 'operation', value), 'operation')).toBe(value);
        },
      ),
    );
  });

  test('a condition is added once', () => {
    expect(withCondition('a', 'b=1')).toBe('a b=1');
    expect(withCondition('a b=1', 'b=1')).toBe('a b=1');
  });

  test('an attribute as a condition, where the language has one', () => {
    expect(attributeCondition('http.route', '/a b')).toBe('http.route="/a b"');
    expect(attributeCondition('key with spaces', 'x')).toBeUndefined();
    expect(attributeCondition('a', '*')).toBeUndefined();
    expect(attributeCondition('prompt', 'x'.repeat(301))).toBeUndefined();
  });

  test('a text to look for is one word of the query, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('-api', 'status:bad', 'a=1')),
        (text) => {
          const { words: found, ...conditionsOf } = parseQuery(words(text));
          expect(found).toEqual([{ text: text.toLowerCase(), negated: false }]);
          expect(conditionsOf).toEqual({ span: [], noSpan: [], trace: [] });
        },
      ),
    );
  });

  test('fields that are empty are left out', () => {
    expect(conditions({ service: 'a b', operation: '' })).toBe('service:"a b"');
  });

  test('a query that is half typed', () => {
    expect(problemOf('status:')).toBe("status is error, ok or unset; got ''");
    expect(problemOf('status:error')).toBeUndefined();
  });
});
