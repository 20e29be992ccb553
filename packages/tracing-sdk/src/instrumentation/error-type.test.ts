import { expect, it } from 'vitest';
import { errorType } from './error-type.ts';

it.each<[string, unknown, string]>([
  ['a system error', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  ['a wrapped one', new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }), 'ENOTFOUND'],
  ['a DOMException, whose code is a number', new DOMException('x', 'TimeoutError'), 'TimeoutError'],
  ['an error of a class', new RangeError('x'), 'RangeError'],
  ['an error without a name', Object.assign(new Error('x'), { name: '' }), '_OTHER'],
  ['a string', 'oh', '_OTHER'],
  ['null', null, '_OTHER'],
  ['undefined', undefined, '_OTHER'],
])('%s', (_, error, expected) => {
  expect(errorType(error)).toBe(expected);
});
