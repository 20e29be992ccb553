import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Concealment } from './concealment.ts';

const SECRET = 'tracing/123+x';

test.each([
  ['as it is', `wrong key ${SECRET}!`, 'wrong key [REDACTED]!'],
  ['in a URL', `GET /?key=${encodeURIComponent(SECRET)}`, 'GET /?key=[REDACTED]'],
  ['in base64', `Basic ${Buffer.from(SECRET).toString('base64')}`, 'Basic [REDACTED]'],
  ['before the @ of a URL', 'http://me:other-secret@host/x', 'http://[REDACTED]@host/x'],
  ['escape sequences and line breaks', '\u001b[31mred\u001b[0m\nnext\u202e', 'red next'],
])('conceals %s', (_, text, shown) => {
  const concealment = new Concealment();
  concealment.add(SECRET);
  expect(concealment.conceal(text)).toBe(shown);
});

test('whatever stands around it, the secret is never shown', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const concealment = new Concealment();
      concealment.add(SECRET);
      const shown = concealment.conceal(`${before}${SECRET}${after}`);
      return !shown.includes(SECRET) && !/\p{Cc}/u.test(shown) && shown.length <= 1000;
    }),
  );
});
