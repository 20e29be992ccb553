import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { nested, textsInSources } from './texts-in-sources.ts';

const texts = textsInSources(fileURLToPath(new URL('..', import.meta.url)));

test('en-US holds every text of the sources and no other; else run npm run texts', async () => {
  const file = `${JSON.stringify(nested(texts), undefined, 2)}\n`;
  await expect(file).toMatchFileSnapshot('./en-US/uat-tracing-app.json');
});

test('there are texts', () => {
  expect(texts.length).toBeGreaterThan(100);
});

test('a key cannot be a text and a group, nor have two texts', () => {
  const text = (key: string, of: string) => ({ key, text: of, file: 'x.ts' });
  expect(() => nested([text('a', 'x'), text('a.b', 'y')])).toThrow('a.b is below');
  expect(() => nested([text('a', 'x'), text('a', 'y')])).toThrow('two texts');
});
