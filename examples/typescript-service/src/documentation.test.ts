import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readDocumentation, sections } from './documentation.ts';

test('sections are split at headings, not at comments in code', () => {
  expect(
    sections('before\n# One\n\ntext\n```sh\n# no heading\n```\n## Empty ##\n### Two\r\nmore\r\n'),
  ).toEqual([
    { heading: '', text: 'before' },
    { heading: 'One', text: 'text\n```sh\n# no heading\n```' },
    { heading: 'Two', text: 'more' },
  ]);
});

test("this repository's documentation is found, that of packages is not", () => {
  const passages = readDocumentation(fileURLToPath(new URL('../../..', import.meta.url)));
  const files = new Set(passages.map(({ file }) => file));
  expect(files).toContain('README.md');
  expect(files).toContain('packages/tracing-sdk/README.md');
  expect([...files].filter((file) => file.includes('node_modules'))).toEqual([]);
  expect(passages.length).toBeGreaterThan(30);
});
