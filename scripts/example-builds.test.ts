import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toolchainProblem } from './example-builds.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolchains-'));
  vi.stubEnv('PATH', folder);
  vi.stubEnv('GOTOOLCHAIN', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A program that says one line; none when there is nothing to say. */
function provide(name: string, line: string | undefined): void {
  if (line === undefined) return;
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho '${line}'\n`);
  chmodSync(file, 0o755);
}

const RUST = /Rust is missing: install Rust 1\.\d+ or newer \(https:\/\/rustup\.rs\)/;
const GO = /Go is missing: install Go 1\.\d+ or newer \(https:\/\/go\.dev\/dl\/\)/;

test.each<[string | undefined, string | undefined, string | undefined, RegExp[]]>([
  ['cargo 1.999.0 (abc 2026-01-01)', 'go1.999.1', undefined, []],
  ['cargo 2.0.0', 'go2.0', undefined, []],
  [undefined, 'go1.999.1', undefined, [RUST]],
  ['cargo 1.999.0', undefined, undefined, [GO]],
  [undefined, undefined, undefined, [RUST, GO]],
  ['cargo 1.70.0', 'go1.999.1', undefined, [/Rust 1\.70 is too old: install Rust 1\.\d+ or newer/]],
  ['cargo 1.999.0', 'go1.20.14', undefined, [/Go 1\.20 is too old: install Go/]],
  // It fetches the newer one by itself, unless told not to.
  ['cargo 1.999.0', 'go1.21.0', undefined, []],
  ['cargo 1.999.0', 'go1.21.0', 'local', [/Go 1\.21 is too old/]],
  ['cargo', 'go1.999.1', undefined, [/'cargo --version' does not say its version/]],
])('%j and %j, GOTOOLCHAIN %j', (cargo, go, toolchain, problems) => {
  provide('cargo', cargo);
  provide('go', go);
  vi.stubEnv('GOTOOLCHAIN', toolchain);
  const said = toolchainProblem();
  if (problems.length === 0) expect(said).toBeUndefined();
  for (const problem of problems) expect(said).toMatch(problem);
  expect(said?.match(/install /g)?.length ?? 0).toBe(problems.length);
});
