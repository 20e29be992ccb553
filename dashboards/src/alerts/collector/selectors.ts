import { JOBS } from '../../catalogue/jobs.ts';

export const JOB = `job="${JOBS.collector}"`;
export const WHO = 'The Collector at {{ $labels.instance }}';
/** Of the one that the cases are about. */
export const HERE = { job: JOBS.collector, instance: 'otel-collector:8888' };
export const AT = `${JOB}, instance="otel-collector:8888"`;
