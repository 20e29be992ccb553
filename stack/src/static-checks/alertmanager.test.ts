import { expect, it } from 'vitest';
import { readText, readYaml, type Tree } from './stack-files.ts';
import { withPrintedRoutes } from './take-alert-routes.ts';

it('has the routes and inhibitions that are printed with the alerts', () => {
  expect(readText('alertmanager/alertmanager.yml')).toBe(withPrintedRoutes());
});

it('every route has a receiver, and every receiver a route', () => {
  const { route, receivers } = readYaml('alertmanager/alertmanager.yml');
  const receiversOf = (node: Tree): string[] => [node.receiver, ...(node.routes ?? []).flatMap(receiversOf)];
  expect([...new Set(receiversOf(route))].sort()).toEqual(receivers.map(({ name }: Tree) => name).sort());
});
