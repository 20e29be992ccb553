import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { licenceOf, packageFolders } from './bundled-licences.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'licences-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function packageWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(root, 'package-'));
  writeFileSync(join(folder, 'package.json'), '{"name":"a","version":"1.2.3","license":"MIT"}');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'dist'));
  return folder;
}

test('packages that files are of, each once', () => {
  expect(
    packageFolders([
      '/p/src/module.tsx',
      '/p/node_modules/of-the-build.js',
      '/p/node_modules/b/dist/index.js',
      '/p/node_modules/b/dist/other.js',
      '/p/node_modules/@a/b/index.js',
      '/p/node_modules/b/node_modules/c/index.js',
      'C:\\p\\node_modules\\d\\index.js',
    ]),
  ).toEqual([
    '/p/node_modules/@a/b',
    '/p/node_modules/b',
    '/p/node_modules/b/node_modules/c',
    'C:\\p\\node_modules\\d',
  ]);
});

test('name, version and all of the text', () => {
  const folder = packageWith({ LICENSE_APACHE2: 'Be free.\n', 'NOTICE.md': 'By us.', 'README.md': 'no' });
  expect(licenceOf(folder)).toBe('a 1.2.3 (MIT)\n\nBe free.\n\nBy us.\n');
});

test('no text, no bundle', () => {
  expect(() => licenceOf(packageWith({}))).toThrow('a 1.2.3 is in the bundle');
});
