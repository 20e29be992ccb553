export { EMITTERS, SERIES } from './catalogue/catalogue.ts';
export { JOBS } from './catalogue/jobs.ts';
export type { Emitter, Metric } from './catalogue/metric.ts';
