import { expect, test } from 'vitest';
import { finishedSpan } from './finished-span.ts';
import { createInMemoryExporter } from './in-memory-exporter.ts';

test('keeps spans in order, also after shutdown, and refuses later ones', async () => {
  const exporter = createInMemoryExporter();
  const codes: number[] = [];
  const report = (result: { code: number }): number => codes.push(result.code);
  exporter.export([finishedSpan({ name: 'a' }), finishedSpan({ name: 'b' })], report);
  exporter.export([finishedSpan({ name: 'c' })], report);
  await exporter.forceFlush?.();
  await exporter.shutdown();
  exporter.export([finishedSpan({ name: 'late' })], report);
  expect(exporter.spans.map((span) => span.name)).toEqual(['a', 'b', 'c']);
  expect(codes).toEqual([0, 0, 1]);
});

test('clear() empties the very array a test holds', () => {
  const exporter = createInMemoryExporter();
  const { spans } = exporter;
  exporter.export([finishedSpan()], () => {});
  expect(spans).toHaveLength(1);
  exporter.clear();
  expect(spans).toEqual([]);
});
