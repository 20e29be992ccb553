// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import type { Row } from '../dashboard.ts';
import { dashboard } from '../link.ts';
import { nodeGraph, table } from '../panel.ts';
import { now, tempo } from '../query.ts';
import { alertAt, warnThenBad } from '../thresholds.ts';
import { allTraces, failedTraces, jaegerMap } from './selectors.ts';

const EDGES = 50;
/** Edges at which a chosen service stands on either side. */
const edge = (how: 'sum' | 'max', name: string): string =>
  `${how} by (client, server, connection_type) (${name}{client=~"$service"} or ${name}{server=~"$service"})`;
const NO_GRAPH = 'No calls between services in this time, or the Collector runs without service_graph';

export const map: Row = {
  title: 'Service map',
  panels: [
    nodeGraph([100, 'Service map'], {
      width: 14,
      height: 12,
      shows:
        'Who calls whom. A circle is a service: requests a second, time, and as its ring the share that failed. From all spans, before tail sampling.',
      todo: 'Follow the red rings along the arrows: the last red one has the cause. Click a circle for its traces and figures.',
      unit: 'none',
      thresholds: 'neither',
      queries: [tempo('serviceMap', '{client=~"$service"}')],
      links: [allTraces, jaegerMap],
      empty: NO_GRAPH,
    }),
    table([101, 'Calls between services'], {
      width: 10,
      height: 12,
      shows: `The ${EDGES} busiest connections of the chosen services: calls a second, share that failed, p95 as the called service saw it.`,
      todo: 'Sort by Failed or p95, then open the called service.',
      unit: 'short',
      thresholds: 'neither',
      queries: [
        now(`topk(${EDGES}, ${edge('sum', 'edge:requests:rate5m')})`, 'calls'),
        now(`${edge('sum', 'edge:errors:rate5m')} / (${edge('sum', 'edge:requests:rate5m')} > 0)`, 'failed'),
        now(edge('max', 'edge:duration_seconds:p95_rate5m'), 'p95'),
      ],
      columns: [
        { field: 'client', title: 'Caller', unit: 'string' },
        {
          field: 'server',
          title: 'Called',
          unit: 'string',
          links: [dashboard('service', 'Its overview', '&var-service=${__value.text:percentencode}')],
        },
        { field: 'calls', title: 'Calls', unit: 'reqps', width: 90 },
        {
          field: 'failed',
          title: 'Failed',
          unit: 'percentunit',
          thresholds: warnThenBad(0.001, 0.01),
          width: 90,
        },
        { field: 'p95', title: 'p95', unit: 's', thresholds: alertAt('slowRequests'), width: 90 },
      ],
      sortBy: 'Calls',
      links: [failedTraces, jaegerMap],
      empty: NO_GRAPH,
    }),
  ],
};
