// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import type { Row } from '../dashboard.ts';
import { dashboard, traces } from '../link.ts';
import { table } from '../panel.ts';
import { now } from '../query.ts';
import { alertAt, badThenWarnThenGood, warnThenBad } from '../thresholds.ts';

const SERVICES = 50;
const HERE = 'deployment_environment_name=~"$environment"';
const BY = 'service_name';

export const allServices: Row = {
  title: 'All services',
  collapsed: true,
  panels: [
    table([140, 'Services'], {
      width: 24,
      height: 12,
      shows: `The ${SERVICES} busiest services: requests a second, share that failed, p95 and Apdex of the last 5 minutes. A click on a name shows that service above.`,
      todo: 'Sort by Failed or p95 and open the worst one.',
      unit: 'short',
      thresholds: 'neither',
      queries: [
        now(`topk(${SERVICES}, sum by (${BY}) (service:requests:rate5m{${HERE}}))`, 'requests'),
        now(
          `sum by (${BY}) (service:errors:rate5m{${HERE}}) / (sum by (${BY}) (service:requests:rate5m{${HERE}}) > 0)`,
          'failed',
        ),
        now(`max by (${BY}) (service:duration_seconds:quantile_rate5m{${HERE}, quantile="0.95"})`, 'p95'),
        now(`min by (${BY}) (service:apdex:ratio_rate5m{${HERE}})`, 'apdex'),
      ],
      columns: [
        {
          field: 'service_name',
          title: 'Service',
          unit: 'string',
          links: [
            dashboard('service', 'Its overview', '&var-service=${__value.text:percentencode}'),
            traces('{ resource.service.name = "${__value.text:percentencode}" }', 'Its traces'),
          ],
        },
        { field: 'requests', title: 'Requests', unit: 'reqps' },
        { field: 'failed', title: 'Failed', unit: 'percentunit', thresholds: warnThenBad(0.001, 0.01) },
        { field: 'p95', title: 'p95', unit: 's', thresholds: alertAt('slowRequests') },
        { field: 'apdex', title: 'Apdex', unit: 'none', thresholds: badThenWarnThenGood(0.7, 0.9) },
      ],
      sortBy: 'Requests',
      links: [traces('{ status = error }', 'Failed traces of all services')],
      empty: 'No service had requests in the last 5 minutes',
    }),
  ],
};
