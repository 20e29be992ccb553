import * as stable from '@opentelemetry/semantic-conventions';
import { expect, test } from 'vitest';
import * as ours from './semconv.ts';

test('what the stable conventions name is named as they do', () => {
  const theirs: ReadonlyMap<string, unknown> = new Map(Object.entries(stable));
  const shared = Object.entries(ours).filter(([name]) => theirs.has(name));
  expect(shared.length).toBe(10);
  for (const [name, value] of shared) expect([name, value]).toEqual([name, theirs.get(name)]);
});
