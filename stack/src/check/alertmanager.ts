import type { CheckContext } from './check-context.ts';
import { type CheckRow, checkRow } from './check-row.ts';
import { jsonAnswer, okAnswer } from './http-answer.ts';
import { poll } from './poll.ts';
import { Problem } from './problem.ts';
import { asObject, objects } from './stored-trace.ts';

/** @param prometheus whether Prometheus is checked as well: it is asked whom it sends alerts to. */
export function checkAlertmanager(context: CheckContext, prometheus: boolean): Promise<CheckRow>[] {
  const { addresses, signal } = context;
  const rows = [
    checkRow('alertmanager', 'is ready', signal, async () => {
      await poll(() => okAnswer(`${addresses.alertmanager}/-/ready`, { signal }), context);
      const status = asObject(await jsonAnswer(`${addresses.alertmanager}/api/v2/status`, { signal }));
      const version = asObject(status?.versionInfo)?.version;
      if (typeof version !== 'string') {
        throw new Problem(`${addresses.alertmanager} answers, but not as an Alertmanager does`);
      }
      return `version ${version}`;
    }),
  ];
  if (!prometheus) return rows;
  const check = checkRow(
    'alertmanager',
    'Prometheus sends to it',
    signal,
    () =>
      // Prometheus finds its Alertmanagers a moment after it has started.
      poll(async () => {
        const answer = asObject(await jsonAnswer(`${addresses.prometheus}/api/v1/alertmanagers`, { signal }));
        const active = objects(asObject(answer?.data)?.activeAlertmanagers).map(({ url }) => String(url));
        if (active.length > 0) return active.join(', ');
        throw new Problem('Prometheus knows no Alertmanager: alerts go nowhere', { passing: true });
      }, context),
    'docker compose -f stack/compose.yaml logs --tail 50 prometheus # then alerting: in stack/prometheus/',
  );
  return [...rows, check];
}
