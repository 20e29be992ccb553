import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installationProblem } from './installation.mjs';

const LOCK = {
  '': { devDependencies: { vitest: '1' } },
  'packages/tracing-sdk': { devDependencies: { tsup: '1', node: '24' } },
  'examples/typescript-service': { dependencies: { '@uat/tracing-sdk': '*' } },
  'node_modules/vitest': { version: '1.0.0', integrity: 'v' },
  'node_modules/tsup': { version: '1.0.0', integrity: 't' },
  'node_modules/node': { version: '24.0.0', integrity: 'n' },
  'node_modules/other-platform': { version: '1.0.0', optional: true },
  'node_modules/@uat/tracing-sdk': { link: true },
};
const { 'node_modules/vitest': vitest, ...STARTABLE } = Object.fromEntries(
  Object.entries(LOCK).filter(([path]) => path.startsWith('node_modules/') && !path.includes('platform')),
);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'uat-installation-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function lay(present: Record<string, object> | undefined, folders = present): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: LOCK }));
  mkdirSync(join(root, 'node_modules'));
  for (const path of Object.keys(folders ?? {})) mkdirSync(join(root, path), { recursive: true });
  if (present !== undefined) {
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: present }));
  }
}

describe('installationProblem', () => {
  test.each([
    {
      what: 'a fresh clone',
      present: undefined,
      start: 'nothing is installed yet',
      all: 'nothing is installed yet',
    },
    { what: 'what npm start needs', present: STARTABLE, start: undefined, all: 'vitest is missing' },
    {
      what: 'everything',
      present: { ...STARTABLE, 'node_modules/vitest': vitest },
      start: undefined,
      all: undefined,
    },
    {
      what: 'something more, installed by hand',
      present: { ...STARTABLE, 'node_modules/vitest': vitest, 'node_modules/x': { version: '1.0.0' } },
      start: undefined,
      all: undefined,
    },
    {
      what: 'another version than locked',
      present: { ...STARTABLE, 'node_modules/tsup': { version: '0.9.0', integrity: 'old' } },
      start: 'tsup has changed',
      all: 'tsup has changed',
    },
    {
      what: 'the same version with other contents',
      present: { ...STARTABLE, 'node_modules/tsup': { version: '1.0.0', integrity: 'other' } },
      start: 'tsup has changed',
      all: 'tsup has changed',
    },
  ])('$what', ({ present, start, all }) => {
    lay(present as Record<string, object> | undefined);
    expect(installationProblem('start', root)).toBe(start);
    expect(installationProblem('all', root)).toBe(all);
  });

  test('a folder that was deleted by hand', () => {
    const { 'node_modules/tsup': _, ...folders } = STARTABLE;
    lay(STARTABLE as Record<string, object>, folders as Record<string, object>);
    expect(installationProblem('start', root)).toBe('tsup is missing');
  });

  test('no lock file: not a checkout of ours', () => {
    expect(() => installationProblem('start', root)).toThrow(/package-lock\.json is missing/);
  });
});
