import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LICENCES, packageFolders } from '../build/bundled-licences.ts';
import { builtPlugin } from './built-plugin.ts';

const { dist } = builtPlugin();
const maps = Object.entries(dist).filter(([path]) => path.endsWith('.map'));

test('no file names a folder of the machine that built it', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
  expect(
    Object.entries(dist)
      .filter(([, text]) => text.includes(root) || text.includes('file:///'))
      .map(([path]) => path),
  ).toEqual([]);
});

test('the licence of everything in the bundle goes with it', () => {
  const sources = maps.flatMap(([, text]) => (JSON.parse(text) as { sources: string[] }).sources);
  const names = packageFolders(sources).map((folder) => folder.replace(/^.*node_modules\//, ''));
  expect(names).toContain('react-i18next');
  for (const name of names) expect(dist[LICENCES]).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

test('folders that its texts send people to are in it', () => {
  const texts = dist['locales/en-US/uat-tracing-app.json'] ?? '';
  const folders = new Set(
    [...texts.matchAll(/(?<![\w/:.])((?:[\w-]+\/)*[\w-]+\/)(?![\w/])/g)].map(([, folder]) => folder!),
  );
  expect([...folders]).toEqual(['recording-rules/']);
  for (const folder of folders) expect(Object.keys(dist).some((path) => path.startsWith(folder))).toBe(true);
  expect(texts).not.toContain('dashboards/generated');
});

test('recording rules go with it, and alerts that would tell twice what those of the app tell do not', () => {
  const rules = Object.entries(dist).filter(([path]) => path.startsWith('recording-rules/'));
  expect(rules.length).toBeGreaterThan(3);
  for (const [, text] of rules) {
    expect(text).toMatch(/^\s*- record: /m);
    expect(text).not.toMatch(/^\s*- alert: /m);
  }
});
