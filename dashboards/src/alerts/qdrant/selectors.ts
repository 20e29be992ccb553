import { JOBS } from '../../catalogue/jobs.ts';

export const JOB = `job="${JOBS.qdrant}"`;
export const WHO = 'Qdrant at {{ $labels.instance }}';
/** Of the node that the cases are about, and of another one. */
export const HERE = { job: JOBS.qdrant, instance: 'qdrant:6333' };
export const AT = `${JOB}, instance="qdrant:6333"`;
export const OTHER = `${JOB}, instance="qdrant-1:6333"`;
