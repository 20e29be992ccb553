// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import type { Row } from '../dashboard.ts';
import { dashboard, jaeger } from '../link.ts';
import { table, timeSeries, traceView } from '../panel.ts';
import { tempo } from '../query.ts';
import { alertAt } from '../thresholds.ts';
import { allTraces, failedTraces, inJaeger, OF_SERVICES, slowTraces } from './selectors.ts';

const SERVED = `{ ${OF_SERVICES} && (kind = server || kind = consumer) }`;
const oneTrace = jaeger('/trace/${trace_id}', 'This trace in Jaeger');

export const search: Row = {
  title: 'Find a trace',
  panels: [
    table([110, 'Traces'], {
      width: 12,
      height: 10,
      shows: 'The newest traces that the variables above ask for: service, and all, failed or slow ones.',
      todo: 'A click on a trace ID shows it below. Nothing found: was it kept? See the sampling in force further down.',
      unit: 'short',
      thresholds: 'neither',
      queries: [tempo('search', `{ ${OF_SERVICES} && \${condition:raw} }`)],
      columns: [
        {
          field: 'traceID',
          title: 'Trace ID',
          links: [
            dashboard(
              'tracing',
              'Show it below',
              '&${service:queryparam}&${condition:queryparam}&var-trace_id=${__value.raw}',
            ),
            jaeger('/trace/${__value.raw}'),
          ],
        },
      ],
      links: [allTraces, failedTraces, slowTraces, inJaeger],
      empty: 'No such trace in this time',
    }),
    timeSeries([111, 'Duration of the traces kept'], {
      width: 12,
      height: 10,
      shows:
        'Duration that half, 95 % and 99 % of the requests stayed within, computed by Tempo from the traces it keeps. Dots are exemplars: single traces.',
      todo: 'Click a dot to open its trace. Tail sampling keeps all slow and failed ones: for true quantiles look at the service overview.',
      unit: 's',
      thresholds: alertAt('slowRequests'),
      min: 0,
      queries: [tempo('metrics', `${SERVED} | quantile_over_time(duration, 0.5, 0.95, 0.99)`)],
      links: [slowTraces, inJaeger],
      empty: 'No traces in this time',
    }),
    traceView([112, 'The trace that was picked'], {
      width: 24,
      height: 16,
      shows: 'All spans of the trace whose ID stands in the variable Trace ID.',
      todo: 'Read from above: the longest bar that has no longer one below it has the time; the lowest red one the cause. Paste any trace ID above to see it.',
      unit: 'none',
      thresholds: 'neither',
      queries: [tempo('trace', '${trace_id}')],
      links: [oneTrace],
      empty: 'Click a trace ID in the list, or paste one into the variable Trace ID',
    }),
  ],
};
