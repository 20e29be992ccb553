import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textVector, VECTOR_SIZE } from './text-vector.ts';

const similarity = (a: string, b: string): number => {
  const [left, right] = [textVector(a), textVector(b)];
  return left.reduce((sum, value, i) => sum + value * (right[i] as number), 0);
};

test('unit length for any text, all zero for one without a word', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const vector = textVector(text);
      expect(vector).toHaveLength(VECTOR_SIZE);
      const length = Math.hypot(...vector);
      expect(length === 0 || Math.abs(length - 1) < 1e-9).toBe(true);
    }),
  );
  expect(Math.hypot(...textVector('the of and …'))).toBe(0);
});

test.each([
  ['sampling at the head', 'how the sampler decides', 'spans that are lost at exit'],
  ['masking of secrets', 'secrets are masked before export', 'install the package with npm'],
])('%s is nearer to %s than to %s', (text, near, far) => {
  expect(similarity(text, near)).toBeGreaterThan(similarity(text, far));
  expect(similarity(text, text)).toBeCloseTo(1);
});
