// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import type { Row } from '../dashboard.ts';
import { alerts, panel } from '../link.ts';
import { table } from '../panel.ts';
import { now, over } from '../query.ts';
import { badFrom, goodFrom } from '../thresholds.ts';
import { lines } from './lines.ts';
import { anyTrace, STACK } from './selectors.ts';

export const targets: Row = {
  title: 'Now',
  panels: [
    lines('targets', {
      height: 9,
      shows: 'Whether Prometheus reaches each part: 1 yes, 0 no.',
      todo: 'A 0: does the part run, does its health check pass? The same Prometheus page, Status > Targets, tells the error.',
      unit: 'short',
      thresholds: goodFrom(1),
      max: 1,
      queries: [over(`up{${STACK}}`, '{{job}} {{instance}}')],
      links: [alerts('stack'), anyTrace],
      empty: 'Prometheus scrapes none of the parts: see prometheus.yml',
    }),
    table([100, 'Alerts that fire'], {
      width: 8,
      height: 9,
      shows:
        'Alerts of this kit that fire now. The Watchdog always does: it proves that alerts are evaluated.',
      todo: 'Open the list for the runbook of each. No Watchdog: the rules are not loaded or not evaluated.',
      unit: 'short',
      thresholds: 'neither',
      queries: [now('count by (alertname, severity, component) (ALERTS{alertstate="firing"})', 'count')],
      columns: [
        {
          field: 'alertname',
          title: 'Alert',
          unit: 'string',
          links: [{ title: 'Its list', url: '/alerting/list?search=${__value.text:percentencode}' }],
        },
        { field: 'severity', title: 'Severity', unit: 'string', width: 100 },
        { field: 'component', title: 'Component', unit: 'string', width: 120 },
        { field: 'count', title: 'How many', unit: 'short', width: 90 },
      ],
      sortBy: 'How many',
      links: [alerts('collector')],
      empty: 'Not even the Watchdog: are the rules loaded?',
    }),
    lines([101, 'Memory of all parts'], {
      height: 9,
      shows: 'Physical memory of each program, as it says itself.',
      todo: 'One that rises for days will be killed at its limit: see its row below, or give it more.',
      unit: 'bytes',
      queries: [
        over(`process_resident_memory_bytes{${STACK}}`, '{{job}}'),
        over(`otelcol_process_memory_rss_bytes{${STACK}}`, '{{job}}'),
        over(`qdrant_memory_resident_bytes{${STACK}}`, '{{job}}'),
      ],
      links: [alerts('stack'), panel('collectorMemory')],
      empty: 'Prometheus scrapes none of the parts',
    }),
    lines([102, 'How long they have been running'], {
      width: 12,
      height: 7,
      shows: 'Time since each program started.',
      todo: 'A fall to 0 is a restart. Again and again: it is killed or crashes; its log ends with the reason.',
      unit: 's',
      queries: [over(`process_uptime_seconds{${STACK}}`, '{{job}} {{instance}}')],
      links: [alerts('stack'), panel('targets')],
      empty: 'Prometheus scrapes none of the parts',
    }),
    lines([103, 'Time to scrape'], {
      width: 12,
      height: 7,
      shows: 'How long Prometheus takes to read the metrics page of each part.',
      todo: 'Near the time-out of 10 s a part counts as down: it prints too many series, or has no CPU.',
      unit: 's',
      thresholds: badFrom(8),
      queries: [over(`scrape_duration_seconds{${STACK}}`, '{{job}} {{instance}}')],
      links: [panel('targets'), alerts('stack')],
      empty: 'Prometheus scrapes none of the parts',
    }),
  ],
};
