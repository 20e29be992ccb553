import { expect, test } from 'vitest';
import { withRevision } from './dashboard-revision.ts';

const revision = (dashboard: object): number => JSON.parse(withRevision(JSON.stringify(dashboard))).revision;
const dashboard = { title: 'A', uid: 'a', panels: [] };

test('leaves everything else', () => {
  expect(JSON.parse(withRevision(JSON.stringify(dashboard)))).toEqual({
    ...dashboard,
    revision: revision(dashboard),
  });
});

test('is another one whenever the dashboard is, and only then', () => {
  expect(revision({ ...dashboard })).toBe(revision(dashboard));
  expect(revision({ ...dashboard, revision: 7 })).toBe(revision(dashboard));
  expect(revision({ ...dashboard, title: 'B' })).not.toBe(revision(dashboard));
});

test('is an integer that 32 bits hold', () => {
  for (let index = 0; index < 200; index++) {
    const found = revision({ index });
    expect(Number.isInteger(found) && found >= 0 && found < 2 ** 31).toBe(true);
  }
});
