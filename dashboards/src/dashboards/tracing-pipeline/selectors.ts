import { JOBS } from '../../catalogue/jobs.ts';
import { traces } from '../link.ts';

const of = (job: string): string => `job="${job}", instance=~"$instance"`;

export const COLLECTOR = of(JOBS.collector);
export const JAEGER = of(JOBS.jaeger);
export const TEMPO = of(JOBS.tempo);
export const PROMETHEUS = of(JOBS.prometheus);
export const ALERTMANAGER = of(JOBS.alertmanager);
export const STACK = `job=~"${Object.values(JOBS).join('|')}", instance=~"$instance"`;

export const rate = (metric: string, labels: string): string =>
  `rate(${metric}{${labels}}[$__rate_interval])`;
export const sumBy = (by: string, metric: string, labels: string): string =>
  `sum by (${by}) (${rate(metric, labels)})`;
export const quantile = (q: number, by: string, metric: string, labels: string): string =>
  `histogram_quantile(${q}, ${sumBy(`${by}, le`, `${metric}_bucket`, labels)})`;

/** How much it grew in the last hour, of all instances. */
export const anHour = (metric: string, labels: string): string => `sum(increase(${metric}{${labels}}[1h]))`;

/** What went through the pipeline: the proof that it works. */
export const anyTrace = traces('{ true }', 'Newest traces in Tempo');
