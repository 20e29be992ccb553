import { expect, test } from 'vitest';
import { mayProvision } from './may-provision.ts';

test.each<[string, string[], boolean]>([
  ['nobody', [], false],
  ['a viewer, who may read the same API', ['alert.rules:read', 'folders:read'], false],
  ['who may read what is provisioned', ['alert.provisioning:read', 'alert.rules.provisioning:read'], false],
  ['who may change rules, and not their provenance', ['alert.rules:create', 'alert.rules:write'], false],
  ['who may change provenance, and no rules', ['alert.provisioning.provenance:write'], false],
  ['an editor', ['alert.rules:write', 'alert.provisioning.provenance:write'], true],
  ['an administrator', ['alert.provisioning:write'], true],
  ['who may provision rules only', ['alert.rules.provisioning:write'], true],
])('%s', (_, names, may) => {
  expect(mayProvision(Object.fromEntries(names.map((name) => [name, true])))).toBe(may);
});

test('a right that is denied is none', () => {
  expect(mayProvision({ 'alert.provisioning:write': false })).toBe(false);
});
