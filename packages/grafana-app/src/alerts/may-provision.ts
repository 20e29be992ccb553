/** Each is enough to write a group of rules. */
const PROVISION = ['alert.provisioning:write', 'alert.rules.provisioning:write'];
/** Taking provenance away is a right of its own, and counts only with one of the others. */
const PROVENANCE = 'alert.provisioning.provenance:write';
const CHANGE = ['alert.rules:create', 'alert.rules:write', 'alert.rules:delete'];

/**
 * Whether rules may be written through the provisioning API, as Grafana asks it for `PUT` of a rule group
 * (https://github.com/grafana/grafana/blob/main/pkg/services/ngalert/api/authorization.go). Rights in single folders are
 * asked when it is done.
 */
export function mayProvision(permissions: Readonly<Record<string, boolean>>): boolean {
  const has = (name: string): boolean => permissions[name] === true;
  return PROVISION.some(has) || (has(PROVENANCE) && CHANGE.some(has));
}
