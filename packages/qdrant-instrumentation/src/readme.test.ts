/** The example of the README does what it says. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ok, startMockQdrant } from '../test/mock-qdrant.ts';

test('the example runs', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, example] = /```js\n(.*?)```/s.exec(readme) ?? [];
  const program = fileURLToPath(new URL('../test/fixtures/readme-example.mjs', import.meta.url));
  const mock = await startMockQdrant();
  mock.answer = () =>
    ok({
      points: [
        { id: 1, score: 1 },
        { id: 2, score: 0.5 },
      ],
    });
  writeFileSync(program, example!.replace("'@uat/qdrant-instrumentation'", "'../../src/index.ts'"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program], {
      env: { ...process.env, QDRANT_URL: mock.url },
    });
    expect(stdout).toBe('2\n');
    expect(mock.requests.map(({ url }) => url)).toEqual(['/collections/docs/points/query']);
  } finally {
    rmSync(program);
    await mock.close();
  }
});
