import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('at the bound memory is flat, and what is estimated is about what is taken', async () => {
  const program = fileURLToPath(new URL('fill-store.fixture.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program]);
  const { heaps, estimate, held } = JSON.parse(stdout) as { heaps: number[]; estimate: number; held: number };
  expect(held).toBe(20_000);
  // The first fills are smaller by what the engine settles later: tables that have grown, code that was optimized.
  const mean = (fills: number[]): number => fills.reduce((sum, heap) => sum + heap, 0) / fills.length;
  const full = mean(heaps.slice(8, 12));
  // A leak of a hundredth of a fill is four hundredths between these.
  expect(mean(heaps.slice(12)) / full).toBeLessThan(1.04);
  expect(Math.max(...heaps) / (heaps[0] ?? 0)).toBeLessThan(1.3);
  expect(estimate / full).toBeGreaterThan(0.6);
  expect(estimate / full).toBeLessThan(1.7);
});
