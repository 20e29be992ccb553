import { limit } from '../../alerts/thresholds.ts';
import { APDEX_MILLIS } from '../../rules/red.ts';
import type { Row } from '../dashboard.ts';
import { heatmap, stat, timeSeries } from '../panel.ts';
import { now, over, withExemplars } from '../query.ts';
import { alertAt, badThenWarnThenGood, warnThenBad } from '../thresholds.ts';
import { allTraces, failedTraces, inJaeger, SERVED, SERVICE, slowTraces } from './selectors.ts';

const BUDGET = limit('errorBudget');
const ERROR_STEPS = warnThenBad(BUDGET, 10 * BUDGET);
const APDEX_STEPS = badThenWarnThenGood(0.7, 0.9);
const NO_REQUESTS = 'No requests in this time';
const BUCKETS = `traces_span_metrics_duration_milliseconds_bucket{${SERVED}}`;
const ratio = `sum(service:errors:rate5m{${SERVICE}}) / (sum(service:requests:rate5m{${SERVICE}}) > 0)`;
const burn = (window: string): string => `max(service:errors:ratio_rate${window}{${SERVICE}}) / ${BUDGET}`;
const quantile = (q: number): string =>
  `histogram_quantile(${q}, sum by (le) (rate(${BUCKETS}[$__rate_interval])))`;

export const state: Row = {
  title: 'Now',
  panels: [
    stat([100, 'Requests now'], {
      width: 5,
      height: 4,
      shows: 'Requests and messages that the service is given, a second, over the last 5 minutes.',
      todo: 'Nothing where there should be some: ask the service itself, then look at its instances and at who calls it.',
      unit: 'reqps',
      thresholds: 'neither',
      min: 0,
      queries: [now(`sum(service:requests:rate5m{${SERVICE}})`, 'Requests')],
      links: [allTraces, inJaeger],
      empty: NO_REQUESTS,
    }),
    stat([101, 'Failed'], {
      width: 5,
      height: 4,
      shows: `Share of the requests of the last 5 minutes that failed. The objective allows ${BUDGET * 100} %.`,
      todo: 'Open the failed traces: the first red span from below is the cause.',
      unit: 'percentunit',
      thresholds: ERROR_STEPS,
      min: 0,
      max: 1,
      queries: [now(ratio, 'Failed')],
      links: [failedTraces],
      empty: NO_REQUESTS,
    }),
    stat([102, 'Slowest 5 %'], {
      width: 5,
      height: 4,
      shows: 'Duration that 95 % of the requests of the last 5 minutes stayed within (p95).',
      todo: 'Open the slow traces and look for the span that has the time.',
      unit: 's',
      thresholds: alertAt('slowRequests'),
      min: 0,
      queries: [now(`max(service:duration_seconds:quantile_rate5m{${SERVICE}, quantile="0.95"})`, 'p95')],
      links: [slowTraces],
      empty: NO_REQUESTS,
    }),
    stat([103, 'Apdex'], {
      width: 4,
      height: 4,
      shows: `Satisfaction from 0 to 1: requests within ${APDEX_MILLIS.satisfied} ms count whole, within ${APDEX_MILLIS.tolerated} ms half.`,
      todo: 'Below 0.9 people notice. Look at the heat map whether all requests are slower, or a part of them much.',
      unit: 'none',
      thresholds: APDEX_STEPS,
      min: 0,
      max: 1,
      queries: [now(`min(service:apdex:ratio_rate5m{${SERVICE}})`, 'Apdex')],
      links: [slowTraces],
      empty: NO_REQUESTS,
    }),
    timeSeries('serviceInstances', {
      width: 5,
      height: 4,
      shows: 'Instances that send metrics, by version, and those that Prometheus scrapes and reaches.',
      todo: 'Fewer than were started: look at the log of the missing one, and whether it was killed for want of memory.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          `count by (service_version) (process_uptime_seconds{${SERVICE}})`,
          'version {{service_version}}',
        ),
        over('sum by (job) (up{job=~"(.+/)?$service"})', 'scraped as {{job}}'),
      ],
      links: [allTraces],
      empty: 'No metrics of its own: switch on `metrics` in initTracing',
    }),
  ],
};

export const requests: Row = {
  title: 'Rate, errors, duration',
  panels: [
    timeSeries('serviceRequests', {
      width: 8,
      height: 8,
      shows:
        'Requests and messages a second, and those of them that failed. From all spans, before tail sampling, weighted by the head sampling of the service.',
      todo: 'A fall to nothing: callers gone, or spans lost on the way (Distributed Tracing, hops). Failures that rise with the requests are load, those that rise alone are a change.',
      unit: 'reqps',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(`sum(service:requests:rate5m{${SERVICE}})`, 'requests'),
        over(`sum(service:errors:rate5m{${SERVICE}})`, 'failed'),
      ],
      links: [allTraces, failedTraces, inJaeger],
      empty: NO_REQUESTS,
    }),
    timeSeries('serviceDuration', {
      width: 8,
      height: 8,
      shows:
        'Duration that half, 95 % and 99 % of the requests stayed within. Dots are exemplars: single requests, one click from their trace.',
      todo: 'Click a dot far up. All three rise: the service or what it calls is slower for everybody. Only p99: a lock, a pause, one slow key.',
      unit: 'ms',
      thresholds: alertAt('slowRequests', 1000),
      min: 0,
      queries: [
        over(quantile(0.5), 'p50'),
        withExemplars(over(quantile(0.95), 'p95')),
        over(quantile(0.99), 'p99'),
      ],
      links: [slowTraces, inJaeger],
      empty: NO_REQUESTS,
    }),
    timeSeries('serviceErrorBudget', {
      width: 8,
      height: 8,
      shows: `How many times faster than allowed the service uses up its error budget (${BUDGET * 100} % of the requests of 30 days), over an hour, six hours and three days.`,
      todo: `At ${limit('fastBurn')} the budget of a month is gone in two days: act now. At ${limit('slowBurn')} it lasts exactly: plan a repair. Open the failed traces.`,
      unit: 'none',
      thresholds: warnThenBad(limit('slowBurn'), limit('fastBurn')),
      min: 0,
      queries: [over(burn('1h'), '1 hour'), over(burn('6h'), '6 hours'), over(burn('3d'), '3 days')],
      links: [failedTraces],
      empty: NO_REQUESTS,
    }),
    heatmap([104, 'Durations, all of them'], {
      width: 12,
      height: 8,
      shows:
        'How many requests took how long. Two bands are two kinds of requests. Dots are exemplars that lead to traces.',
      todo: 'A new band above the old one: click a dot in it, and compare the trace with one from below.',
      unit: 'ms',
      thresholds: 'neither',
      queries: [withExemplars(over(`sum by (le) (increase(${BUCKETS}[$__rate_interval]))`, '{{le}}'))],
      links: [slowTraces, allTraces],
      empty: NO_REQUESTS,
    }),
    timeSeries([105, 'Apdex over time'], {
      width: 12,
      height: 8,
      shows: `Satisfaction from 0 to 1: requests within ${APDEX_MILLIS.satisfied} ms count whole, within ${APDEX_MILLIS.tolerated} ms half.`,
      todo: 'A step down at a deployment (blue line): compare traces from before and after it. A slope down through the day: load.',
      unit: 'none',
      thresholds: APDEX_STEPS,
      min: 0,
      max: 1,
      queries: [over(`min(service:apdex:ratio_rate5m{${SERVICE}})`, 'Apdex')],
      links: [slowTraces],
      empty: NO_REQUESTS,
    }),
  ],
};
