import { initTracing } from '@uat/tracing-sdk';

export const tracing = initTracing('bench', { metrics: { exporter: 'otlp' } });
