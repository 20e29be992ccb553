import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NativeStack } from '../src/native/index.ts';
import { figures } from './figures.ts';

const RULES = fileURLToPath(new URL('../../dashboards/generated/prometheus', import.meta.url));
const rules = existsSync(RULES) ? readdirSync(RULES).filter((name) => name.endsWith('.yml')) : [];
const record = figures('The programs about their shipped configuration');

let stack: NativeStack;
// Nothing has to run: the tools read the files where the services would.
beforeAll(() => {
  stack = new NativeStack({});
});
afterAll(() => stack?.stop());

it.each([
  ['collector', 'otelcol', ['validate', '--config=/etc/otelcol/config.yaml']],
  ['prometheus', 'promtool', ['check', 'config', '/etc/prometheus/stack/prometheus.yml']],
  ['alertmanager', 'amtool', ['check-config', '/etc/alertmanager/stack/alertmanager.yml']],
] as const)('%s: %s accepts its configuration', async (service, tool, args) => {
  const { code, text } = await stack[service].exec(tool, args);
  record(`${tool} ${args.slice(0, -1).join(' ')}`, code === 0 ? 'accepted' : text);
  expect(text).not.toMatch(/deprecat/i);
  expect({ code, text }).toEqual({ code: 0, text: expect.any(String) });
});

it.skipIf(rules.length === 0)(
  'promtool accepts the rules (skipped where dashboards/generated is not made)',
  async () => {
    const paths = rules.map((name) => `/etc/prometheus/rules/${name}`);
    const { code, text } = await stack.prometheus.exec('promtool', ['check', 'rules', ...paths]);
    record('promtool check rules', code === 0 ? `${rules.length} files accepted` : text);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  },
);

it('a wrong configuration is refused', async () => {
  const { code, text } = await stack.collector.exec('otelcol', [
    'validate',
    '--config=/etc/otelcol/config.yaml',
    '--set=processors.tail_sampling.decision_wait=soon',
  ]);
  expect(code).not.toBe(0);
  expect(text).toContain('decision_wait');
});
