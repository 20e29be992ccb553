import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('at the bound memory is flat, and what is estimated is about what is taken', async () => {
  const program = fileURLToPath(new URL('fill-store.fixture.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program]);
  const { heaps, estimate, held } = JSON.parse(stdout) as { heaps: number[]; estimate: number; held: number };
  expect(held).toBe(20_000);
  const [full = 0, ...later] = heaps;
  for (const heap of later) expect(heap / full).toBeLessThan(1.15);
  expect(estimate / full).toBeGreaterThan(0.6);
  expect(estimate / full).toBeLessThan(1.7);
});
