import type { Alert } from '../alerts/alert.ts';
import { GENERATED, type PrintedFile } from './printed-file.ts';
import { toYaml } from './rule-files.ts';

const HEAD = `# Printed by \`npm run generate -w dashboards\`; change dashboards/src/alerts.
# The route and the inhibitions of alertmanager.yml, which has no way to read a second file: its \`route\` and
# \`inhibit_rules\` are these. The receivers \`operator\` and \`watchdog\` are defined there.
`;

/** A group is one notification: alerts of one thing come together. */
const GROUP_BY = ['component', 'service_name', 'instance'];

export interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

export function inhibitRules(alerts: readonly Alert[]): InhibitRule[] {
  return alerts.flatMap(({ name, inhibits = [] }) =>
    inhibits.map(({ alerts: targets, equal, where = [] }) => ({
      source_matchers: [`alertname="${name}"`],
      target_matchers: [
        targets.length === 1 ? `alertname="${targets[0]}"` : `alertname=~"${targets.join('|')}"`,
        ...where,
      ],
      equal,
    })),
  );
}

export function printAlertmanager(alerts: readonly Alert[]): PrintedFile {
  const route = {
    receiver: 'operator',
    group_by: GROUP_BY,
    group_wait: '30s',
    group_interval: '5m',
    repeat_interval: '12h',
    routes: [
      {
        matchers: ['alertname="Watchdog"'],
        receiver: 'watchdog',
        group_wait: '0s',
        group_interval: '1m',
        repeat_interval: '5m',
      },
      { matchers: ['severity="critical"'], receiver: 'operator', repeat_interval: '4h' },
    ],
  };
  return {
    path: `${GENERATED}/alertmanager/route-and-inhibitions.yml`,
    text: HEAD + toYaml({ route, inhibit_rules: inhibitRules(alerts) }),
  };
}
