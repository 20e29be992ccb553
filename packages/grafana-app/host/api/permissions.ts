import type { Role } from './answer.ts';

/** What Grafana's basic roles may do without further licence, as far as an app can ask for it. */
const VIEWER = [
  'alert.instances:read',
  'alert.rules:read',
  'annotations:read',
  'dashboards:read',
  'datasources:explore',
  'datasources:query',
  'folders:read',
  'plugins.app:access',
];
const EDITOR = [
  ...VIEWER,
  'alert.provisioning.provenance:write',
  'alert.rules:create',
  'alert.rules:delete',
  'alert.rules:write',
  'dashboards:create',
  'dashboards:write',
  'folders:create',
  'folders:delete',
  'folders:write',
];
const ADMIN = [
  ...EDITOR,
  'alert.provisioning:read',
  'alert.provisioning:write',
  'alert.rules.provisioning:read',
  'alert.rules.provisioning:write',
  'datasources:create',
  'datasources:read',
  'datasources:write',
  'plugins:write',
];

export function permissionsOf(role: Role): Readonly<Record<string, boolean>> {
  const names = { Viewer: VIEWER, Editor: EDITOR, Admin: ADMIN }[role];
  return Object.fromEntries(names.map((name) => [name, true]));
}
