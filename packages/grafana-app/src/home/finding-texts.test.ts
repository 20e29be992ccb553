import { expect, test, vi } from 'vitest';
import { findingText } from './finding-texts.ts';
import type { Finding } from './findings.ts';

vi.mock('@grafana/i18n', () => ({ t: (_: string, text: string) => text }));

const ASK = 'An administrator can do that.';

test.each<Finding>([
  { is: 'no-prometheus' },
  { is: 'tempo-gone', uid: 'x' },
  { is: 'prometheus-unreachable', text: 'refused' },
  { is: 'collector-unknown' },
  { is: 'no-trace-store' },
])('$is: a link for administrators, whom to ask for others', (finding) => {
  expect(findingText(finding, true)).toMatchObject({ link: { to: expect.any(String) } });
  expect(findingText(finding, true).todo).not.toContain(ASK);
  expect(findingText(finding, false).link).toBeUndefined();
  expect(findingText(finding, false).todo).toContain(ASK);
});

test.each<Finding>([{ is: 'no-spans' }, { is: 'no-recording-rules' }, { is: 'down', job: 'tempo' }])(
  '$is: the same for everybody',
  (finding) => {
    expect(findingText(finding, false)).toEqual(findingText(finding, true));
    expect(findingText(finding, false).link).toBeDefined();
  },
);
