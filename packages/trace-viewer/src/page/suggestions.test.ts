import { expect, test } from 'vitest';
import { suggest, withSuggestion } from './suggestions.ts';

const KEYS = ['http.route', 'db.collection.name', 'db.operation.name', 'order.service'];

test.each([
  ['', []],
  ['db.coll', ['db.collection.name=']],
  ['DB.', ['db.collection.name=', 'db.operation.name=']],
  // What begins with it comes first.
  ['serv', ['service:', 'order.service=']],
  ['route', ['http.route=']],
  ['checkout http', ['http.route=']],
  ['-http', ['http.route=']],
  ['checkout -http', ['http.route=']],
  ['http.route=', []],
  ['"http', []],
  ['"no http', []],
  ['"no stock" http', ['http.route=']],
])('%j suggests %j', (text, expected) => {
  expect(suggest(text, KEYS)).toEqual(expected);
});

test.each([
  ['db', 'db.collection.name=', 'db.collection.name='],
  ['checkout -st', 'status:error', 'checkout -status:error '],
  ['-st', 'status:error', '-status:error '],
])('%j with %j', (text, suggestion, expected) => {
  expect(withSuggestion(text, suggestion)).toBe(expected);
});
