import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildPrograms, builtProgram } from './build-programs.ts';

const PATH = process.env.PATH ?? '';
let folder: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-programs-'));
  cache = join(folder, 'cache');
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true, force: true });
});

/** A `go` that answers as the real one, and builds what it is told to. */
function goThatDoes(build: string, version = 'go1.26.8', toolchain = 'local'): void {
  const file = join(folder, 'go');
  writeFileSync(
    file,
    `#!/bin/sh
if [ "$1" = env ]; then echo '{"GOVERSION":"${version}","GOTOOLCHAIN":"${toolchain}"}'; exit; fi
while [ "$1" != -o ]; do shift; done
${build}
`,
  );
  chmodSync(file, 0o755);
  process.env.PATH = folder + delimiter + PATH;
}

function noGo(): void {
  process.env.PATH = folder;
}

const telemetrygen = { modules: ['telemetrygen'] as const };
const WRITES = 'echo built > "$2"';

it('builds once, and is found by the version and the sources', async () => {
  goThatDoes(WRITES);
  const said: string[] = [];
  const options = { ...telemetrygen, cache, say: (line: string) => void said.push(line) };
  const { telemetrygen: path } = await buildPrograms(options);
  expect(path).toBe(builtProgram('telemetrygen', cache));
  expect(path).toMatch(/telemetrygen-0\.155\.0-[0-9a-f]{12}\/telemetrygen$/);
  await buildPrograms(options);
  expect(said).toHaveLength(2);
});

it('two at once both end well, and leave one result', async () => {
  goThatDoes(WRITES);
  await Promise.all([buildPrograms({ ...telemetrygen, cache }), buildPrograms({ ...telemetrygen, cache })]);
  expect(readdirSync(cache)).toHaveLength(1);
});

it.each([
  ['missing', noGo, /^Go is missing, .*: install Go 1\.\d+ or newer/],
  [
    'too old',
    () => goThatDoes(WRITES, 'go1.19.2'),
    /^Go 1\.19\.2 is too old to build telemetrygen: install Go/,
  ],
  [
    'failing',
    () => goThatDoes('echo no such module; exit 1'),
    /could not be built; go says:\nno such module/,
  ],
  ['cut off', () => goThatDoes('echo half > "$2"; kill -9 $$'), /could not be built/],
] as const)('Go %s: says so in words, and leaves nothing that looks built', async (_, prepare, message) => {
  prepare();
  await expect(buildPrograms({ ...telemetrygen, cache })).rejects.toThrow(message);
  expect(() => builtProgram('telemetrygen', cache)).toThrow(/is not built yet: run 'npm run test:stack'/);
});

it('an old Go that fetches a newer one is old enough', async () => {
  goThatDoes(WRITES, 'go1.21.0', 'auto');
  await buildPrograms({ ...telemetrygen, cache });
  expect(readdirSync(cache)).toHaveLength(1);
});
