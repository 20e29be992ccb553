import { expect, test } from 'vitest';
import { createPaint, wantsColours } from './colours.ts';

test.each([
  { isTTY: true, environment: {}, wanted: true },
  { isTTY: false, environment: {}, wanted: false },
  { isTTY: true, environment: { TERM: 'dumb' }, wanted: false },
  { isTTY: true, environment: { NO_COLOR: '1' }, wanted: false },
  { isTTY: true, environment: { NO_COLOR: '' }, wanted: true },
  { isTTY: false, environment: { FORCE_COLOR: '1' }, wanted: true },
  { isTTY: false, environment: { FORCE_COLOR: '' }, wanted: false },
  { isTTY: true, environment: { FORCE_COLOR: '0' }, wanted: false },
  { isTTY: false, environment: { FORCE_COLOR: '1', NO_COLOR: '1' }, wanted: true },
])('terminal $isTTY, $environment: $wanted', ({ isTTY, environment, wanted }) => {
  expect(wantsColours({ isTTY }, environment)).toBe(wanted);
});

test('paints only when asked to', () => {
  expect(createPaint(false)('red', 'x')).toBe('x');
  expect(createPaint(true)('red', 'x')).toBe('\u001b[31mx\u001b[39m');
});
