import type { AlertRules } from './alert-rules.ts';
import type { Answer, ApiRequest } from './answer.ts';
import type { Folders } from './folders.ts';

/** The two APIs through which everybody may read Grafana's own rules: the ruler's, and the Prometheus-like one. */
export function handleAlertStates(
  { method, path }: ApiRequest,
  rules: AlertRules,
  folders: Folders,
): Answer | undefined {
  if (method !== 'GET') return undefined;
  const titleOf = (folder: string): string =>
    folders.all().find(({ uid }) => uid === folder)?.title ?? folder;
  if (path === '/api/ruler/grafana/api/v1/rules') {
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
  if (path === '/api/prometheus/grafana/api/v1/rules') {
    const groups = rules.groups().map(({ folderUid, title, interval, rules: members }) => ({
      name: title,
      file: titleOf(folderUid),
      folderUid,
      interval,
      rules: members.map((rule) => ({
        uid: rule.uid,
        name: rule.title,
        folderUid,
        type: 'alerting',
        state: 'inactive',
        health: 'ok',
        labels: rule.labels ?? {},
        annotations: rule.annotations ?? {},
        alerts: [],
      })),
    }));
    return { status: 200, body: { status: 'success', data: { groups } } };
  }
  return undefined;
}
