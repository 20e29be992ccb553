/** The example of the README does what it says. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the example runs', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, example] = /```js\n(.*?)```/s.exec(readme) ?? [];
  const program = fileURLToPath(new URL('../test/readme-example.mjs', import.meta.url));
  writeFileSync(program, example!.replace("'@uat/qdrant-stand-in'", "'../src/index.ts'"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(stdout).toBe('1\nQdrantClientResourceExhaustedError\n');
  } finally {
    rmSync(program);
  }
});
