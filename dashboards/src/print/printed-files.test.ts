import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROOT, readIfThere } from '../../test/repository.ts';
import { GENERATED } from './printed-file.ts';
import { printedFiles } from './printed-files.ts';

const files = printedFiles();

test.each(files.map(({ path, text }) => [path, text] as const))('%s is as the sources say', (path, text) => {
  expect(readIfThere(path), 'run: npm run generate -w dashboards').toBe(text);
});

test('nothing is left over of what they no longer say', () => {
  const folders = new Set(
    files.filter(({ path }) => path.startsWith(GENERATED)).map(({ path }) => path.split('/')[2]!),
  );
  const there = [...folders].flatMap((folder) =>
    readdirSync(`${ROOT}${GENERATED}/${folder}`).map((name) => `${GENERATED}/${folder}/${name}`),
  );
  const paths = new Set(files.map(({ path }) => path));
  expect(there.filter((path) => !paths.has(path))).toEqual([]);
});
