// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import type { Row } from '../dashboard.ts';
import { dashboard, jaeger } from '../link.ts';
import { table } from '../panel.ts';
import { tempo } from '../query.ts';
import { failedTraces, inJaeger, slowTraces } from './selectors.ts';

export const foundTraces: Row = {
  title: 'Traces',
  panels: [
    table([150, 'Failed and slow traces'], {
      width: 24,
      height: 9,
      shows: 'The newest traces in which this service failed or took longer than a second.',
      todo: 'A click on a trace ID opens it on the Distributed Tracing dashboard, or in Jaeger.',
      unit: 'short',
      thresholds: 'neither',
      queries: [
        tempo(
          'search',
          '{ resource.service.name = "$service" && (kind = server || kind = consumer) && (status = error || duration > 1s) }',
        ),
      ],
      columns: [
        {
          field: 'traceID',
          title: 'Trace ID',
          links: [
            dashboard(
              'tracing',
              'Open below its search',
              '&var-service=${service:percentencode}&var-trace_id=${__value.raw}',
            ),
            jaeger('/trace/${__value.raw}'),
          ],
        },
      ],
      links: [failedTraces, slowTraces, inJaeger],
      empty: 'No failed or slow trace in this time',
    }),
  ],
};
