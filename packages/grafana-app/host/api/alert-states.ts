import type { AlertRule, AlertRules } from './alert-rules.ts';
import { type Answer, type ApiRequest, forbidden, problem } from './answer.ts';
import type { Folders } from './folders.ts';
import { permissionsOf } from './permissions.ts';

/** One alert of a rule, as Grafana's state manager keeps it. */
export interface AlertInstance {
  readonly state: 'Normal' | 'Pending' | 'Alerting' | 'NoData' | 'Error';
  /** Why its rule could not be evaluated. */
  readonly error?: string;
  /** Of the series that it is for; those of the rule come to them. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Alerts by the uid of their rule. Rules are not evaluated here: a test says what comes of it. */
export type AlertInstances = ReadonlyMap<string, readonly AlertInstance[]>;

/**
 * The two APIs through which whoever has `alert.rules:read`, as viewers have it, reads Grafana's own rules: the ruler's, and
 * the Prometheus-like one, with the states
 * (https://github.com/grafana/grafana/blob/main/pkg/services/ngalert/api/prometheus/api_prometheus.go).
 */
export function handleAlertStates(
  { method, path, search, role }: ApiRequest,
  rules: AlertRules,
  folders: Folders,
  instances: AlertInstances,
): Answer | undefined {
  if (method !== 'GET') return undefined;
  const read = { '/api/ruler/grafana/api/v1/rules': ruler, '/api/prometheus/grafana/api/v1/rules': statuses }[
    path
  ];
  if (read === undefined) return undefined;
  if (permissionsOf(role)['alert.rules:read'] !== true) return forbidden('alert.rules:read');
  const titleOf = (folder: string): string =>
    folders.all().find(({ uid }) => uid === folder)?.title ?? folder;
  return read(rules, titleOf, instances, search);
}

type Titles = (folder: string) => string;

function ruler(rules: AlertRules, titleOf: Titles): Answer {
  const body: Record<string, object[]> = {};
  for (const { folderUid, title, interval, rules: members } of rules.groups()) {
    body[titleOf(folderUid)] ??= [];
    body[titleOf(folderUid)]!.push({
      name: title,
      interval: `${interval}s`,
      rules: members.map(({ for: pending, labels, annotations, folderUID, ruleGroup, ...rule }) => ({
        expr: '',
        for: pending,
        labels,
        annotations,
        grafana_alert: {
          ...rule,
          namespace_uid: folderUID,
          rule_group: ruleGroup,
          no_data_state: rule.noDataState,
          exec_err_state: rule.execErrState,
          is_paused: rule.isPaused,
          intervalSeconds: interval,
        },
      })),
    });
  }
  return { status: 200, body };
}

/** What may be asked for in `state`, and what it is of an alert. */
const STATES: Readonly<Record<string, AlertInstance['state']>> = {
  normal: 'Normal',
  inactive: 'Normal',
  alerting: 'Alerting',
  firing: 'Alerting',
  pending: 'Pending',
  nodata: 'NoData',
  error: 'Error',
};

function statuses(
  rules: AlertRules,
  titleOf: Titles,
  instances: AlertInstances,
  search: URLSearchParams,
): Answer {
  const asked = search.getAll('state').map((state) => state.toLowerCase());
  const unknown = asked.find((state) => STATES[state] === undefined);
  if (unknown !== undefined)
    return problem(400, `unknown state '${unknown}'`, { status: 'error', errorType: 'bad_data' });
  const wanted = new Set(asked.map((state) => STATES[state]));
  const limit = /^\d+$/.exec(search.get('limit_alerts') ?? '')?.[0];
  const groups = rules.groups().map(({ folderUid, title, interval, rules: members }) => ({
    name: title,
    file: titleOf(folderUid),
    folderUid,
    interval,
    rules: members
      .map((rule) => statusOf(rule, instances.get(rule.uid) ?? [], titleOf(folderUid)))
      // A rule is filtered by its own state, and of what is left, its alerts by theirs.
      .filter(({ state }) => wanted.size === 0 || wanted.has(STATES[state]))
      .map(({ alerts, ...status }) => ({
        ...status,
        alerts: alerts
          .filter(({ state }) => wanted.size === 0 || wanted.has(state))
          .slice(0, limit === undefined ? undefined : Number(limit)),
      })),
  }));
  return { status: 200, body: { status: 'success', data: { groups } } };
}

/**
 * A rule fires with its first alert that does, or else is pending with its first; no data and errors do not count: they are
 * its health. One that is paused has no alerts, and so is inactive and healthy.
 */
function statusOf(rule: AlertRule, ofRule: readonly AlertInstance[], folder: string) {
  const instances = rule.isPaused ? [] : ofRule;
  const has = (state: AlertInstance['state']): boolean => instances.some((each) => each.state === state);
  return {
    uid: rule.uid,
    name: rule.title,
    folderUid: rule.folderUID,
    type: 'alerting',
    state: has('Alerting') ? 'firing' : has('Pending') ? 'pending' : 'inactive',
    ...healthOf(instances),
    isPaused: rule.isPaused ?? false,
    labels: rule.labels ?? {},
    annotations: rule.annotations ?? {},
    alerts: instances.map(({ state, labels = {} }) => ({
      state,
      labels: { ...labels, ...rule.labels, alertname: rule.title, grafana_folder: folder },
      annotations: rule.annotations ?? {},
    })),
  };
}

/**
 * The last alert that is not well counts
 * (https://github.com/grafana/grafana/blob/main/pkg/services/ngalert/state/state.go, `StatesToRuleStatus`).
 */
function healthOf(instances: readonly AlertInstance[]): { health: string; lastError: string } {
  let health = 'ok';
  let lastError = '';
  for (const { state, error } of instances) {
    if (state === 'NoData') health = 'nodata';
    if (state === 'Error' || error !== undefined) health = 'error';
    if (error !== undefined) lastError = error;
  }
  return { health, lastError };
}
