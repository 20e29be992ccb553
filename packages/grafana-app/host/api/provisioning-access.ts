import type { Role } from './answer.ts';
import { permissionsOf } from './permissions.ts';

/**
 * Whether Grafana lets a role do this with the provisioning API of alert rules. As its `authorize` does
 * (https://github.com/grafana/grafana/blob/main/pkg/services/ngalert/api/authorization.go): the rights of the provisioning
 * API are enough, and so are the rights on rules, with that on provenance where something is written. Viewers may read.
 *
 * @param of a group of a folder, or single rules
 * @returns the permissions that are missing, as the answer names them; undefined where it may
 */
export function missingPermission(role: Role, method: string, of: 'group' | 'rule'): string | undefined {
  const permissions = permissionsOf(role);
  const all = (...names: string[]): boolean => names.every((name) => permissions[name] === true);
  const any = (...names: string[]): boolean => names.some((name) => permissions[name] === true);
  const seen = all('alert.rules:read', 'folders:read');
  if (method === 'GET') {
    const may = any('alert.provisioning:read', 'alert.rules.provisioning:read') || seen;
    return may ? undefined : 'alert.provisioning:read';
  }
  const changes = {
    POST: ['alert.rules:create'],
    PUT:
      of === 'rule'
        ? ['alert.rules:write']
        : ['alert.rules:write', 'alert.rules:create', 'alert.rules:delete'],
    DELETE: ['alert.rules:delete'],
  }[method];
  const may =
    any('alert.provisioning:write', 'alert.rules.provisioning:write') ||
    (changes !== undefined &&
      any(...changes) &&
      all('alert.provisioning.provenance:write') &&
      (of === 'rule' || seen));
  return may ? undefined : 'alert.provisioning:write';
}
