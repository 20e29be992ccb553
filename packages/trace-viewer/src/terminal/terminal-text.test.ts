import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText, displayWidth, padEnd, truncate } from './terminal-text.ts';

describe('cleanText', () => {
  test.each([
    ['plain', 'plain'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007after', 'after'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['half \u001b', 'half'],
    ['\u009b2Jcsi', 'csi'],
    ['a\r\nb\tc\u2028d', 'a b c d'],
    ['\u0000\u0008\u007f', ''],
    ['abc\u202edef\u2066x', 'abcdefx'],
    ['lone \ud83d', 'lone'],
    ['👩‍👩‍👧', '👩‍👩‍👧'],
  ])('%j: %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  test('leaves no control character in anything, and nothing more to clean', () => {
    const pieces = fc.constantFrom(
      '\u001b',
      '[',
      ']',
      '0',
      ';',
      'm',
      '\u0007',
      '\\',
      '\u009b',
      '\u009d',
      '\n',
      'x',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (all) => {
        const clean = cleanText(all.join(''));
        expect(clean).not.toMatch(/\p{Cc}/u);
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });
});

test.each([
  ['', 0],
  ['abc', 3],
  ['日本', 4],
  ['ｆｕｌｌ', 8],
  ['한국', 4],
  ['cafe\u0301', 4],
  ['👩‍👩‍👧', 2],
  ['🇩🇪', 2],
  ['❤️', 2],
  ['…█▏│', 4],
])('displayWidth(%j) is %d', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('truncate and padEnd together give exactly the width, for any text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.integer({ min: 1, max: 20 }),
      (text, width) => {
        const clean = cleanText(text);
        expect(displayWidth(padEnd(truncate(clean, width), width))).toBe(width);
        if (displayWidth(clean) <= width) expect(truncate(clean, width)).toBe(clean);
      },
    ),
  );
});
