import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readYaml, STACK_FOLDER, type Tree } from './stack-files.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'secrets-')), 'secrets');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

function generate() {
  return spawnSync('sh', [join(STACK_FOLDER, 'generate-secrets.sh'), folder], { encoding: 'utf8' });
}
const modeOf = (path: string) => statSync(path).mode & 0o777;

it('makes every secret that the plan of prepare hands out, and no other', () => {
  expect(generate().status).toBe(0);
  const wanted = readYaml('probe/plan/prepare.json')
    .secrets.filter(({ optional }: Tree) => optional !== true)
    .map(({ from }: Tree) => from.replace('/secrets/', ''));
  expect(readdirSync(folder).sort()).toEqual([...new Set(wanted)].sort());
});

it('makes each a different one, for the owner alone, and shows none', () => {
  const { stdout, stderr } = generate();
  const values = readdirSync(folder).map((name) => {
    expect(modeOf(join(folder, name))).toBe(0o600);
    return readFileSync(join(folder, name), 'utf8');
  });
  expect(modeOf(folder)).toBe(0o700);
  expect(new Set(values).size).toBe(values.length);
  for (const value of values) {
    expect(value).toMatch(/^[0-9a-f]{64}$/);
    expect(stdout + stderr).not.toContain(value);
  }
});

it('leaves what is there, says nothing, and closes what is open', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'qdrant_api_key'), 'mine');
  chmodSync(join(folder, 'qdrant_api_key'), 0o644);
  expect(generate().status).toBe(0);
  expect(readFileSync(join(folder, 'qdrant_api_key'), 'utf8')).toBe('mine');
  expect(modeOf(join(folder, 'qdrant_api_key'))).toBe(0o600);
  expect(generate().stdout).toBe('');
});

it('makes anew what is empty', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'qdrant_api_key'), '');
  generate();
  expect(readFileSync(join(folder, 'qdrant_api_key'), 'utf8')).toHaveLength(64);
});

it('says what is wrong when an engine has put a folder in its place', () => {
  mkdirSync(join(folder, 'qdrant_api_key'), { recursive: true });
  const { status, stderr } = generate();
  expect(status).toBe(1);
  expect(stderr).toContain('qdrant_api_key is a folder');
});

it('says so when it cannot write', () => {
  writeFileSync(join(folder, '..', 'secrets'), 'a file in its place');
  const { status, stderr } = generate();
  expect(status).toBe(1);
  expect(stderr).toContain('generate-secrets: cannot make the folder');
  expect(existsSync(join(folder, 'qdrant_api_key'))).toBe(false);
});
