import { unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { zipEntries } from './zip-entries.ts';

const files = [
  { path: 'module.js', content: new TextEncoder().encode('code') },
  { path: 'img/logo.svg', content: new TextEncoder().encode('<svg/>') },
];

test('one folder with the name of the plugin, and everything in it', () => {
  const unzipped = unzipSync(zipSync(zipEntries('a-b-app', files)));
  expect(Object.keys(unzipped)).toEqual(['a-b-app/img/logo.svg', 'a-b-app/module.js']);
  expect(new TextDecoder().decode(unzipped['a-b-app/module.js'])).toBe('code');
});

test('the same files are the same zip, in whatever order', () => {
  expect(zipSync(zipEntries('x', files))).toEqual(zipSync(zipEntries('x', files.toReversed())));
});
