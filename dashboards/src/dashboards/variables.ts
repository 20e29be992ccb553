import { JOBS } from '../catalogue/jobs.ts';

interface Named {
  readonly name: string;
  readonly label: string;
}

export type Variable =
  | (Named & { readonly kind: 'datasource'; readonly type: 'prometheus' | 'tempo' })
  | (Named & {
      readonly kind: 'query';
      /** `label_values(selector, label)` of the Prometheus data source. */
      readonly selector: string;
      readonly of: string;
      /** Several at once, and all of them as `all` says it; left out: exactly one. */
      readonly all?: '.*' | '.+';
    })
  | (Named & { readonly kind: 'text' })
  | (Named & {
      readonly kind: 'choice';
      /** What is put in by what is shown; the first is chosen. */
      readonly options: Readonly<Record<string, string>>;
    })
  | (Named & { readonly kind: 'constant'; readonly value: string });

export const prometheusDataSource: Variable = {
  kind: 'datasource',
  name: 'prometheus_datasource',
  label: 'Prometheus data source',
  type: 'prometheus',
};

export const tempoDataSource: Variable = {
  kind: 'datasource',
  name: 'tempo_datasource',
  label: 'Tempo data source',
  type: 'tempo',
};

/** Where a browser finds Jaeger. `UAT_JAEGER_URL` at `npm run generate`; the default is the reference stack's. */
export const jaegerAddress: Variable = {
  kind: 'constant',
  name: 'jaeger_url',
  label: 'Jaeger',
  value: (process.env.UAT_JAEGER_URL || 'http://localhost:16686').replace(/\/+$/, ''),
};

/** `.*`: services that do not say their environment are there, too. */
export const environment: Variable = {
  kind: 'query',
  name: 'environment',
  label: 'Environment',
  selector: 'service:requests:rate5m',
  of: 'deployment_environment_name',
  all: '.*',
};

/** One: what is drawn of it costs the same with ten services and with a thousand. */
export const oneService: Variable = {
  kind: 'query',
  name: 'service',
  label: 'Service',
  selector: 'service:requests:rate5m{deployment_environment_name=~"$environment"}',
  of: 'service_name',
};

/** Any number of services that send spans, whether they serve requests or not. */
export const services: Variable = {
  kind: 'query',
  name: 'service',
  label: 'Service',
  selector: 'service:spans_sent:rate5m',
  of: 'service_name',
  all: '.*',
};

export const qdrantJob: Variable = {
  kind: 'query',
  name: 'job',
  label: 'Job',
  selector: 'qdrant_app_info',
  of: 'job',
  all: '.+',
};

export const qdrantInstance: Variable = {
  kind: 'query',
  name: 'instance',
  label: 'Instance',
  selector: 'qdrant_app_info{job=~"$job"}',
  of: 'instance',
  all: '.+',
};

export const collection: Variable = {
  kind: 'query',
  name: 'collection',
  label: 'Collection',
  selector: 'qdrant_collection_points{job=~"$job", instance=~"$instance"}',
  of: 'id',
  all: '.*',
};

export const stackInstance: Variable = {
  kind: 'query',
  name: 'instance',
  label: 'Instance',
  selector: `up{job=~"${Object.values(JOBS).join('|')}"}`,
  of: 'instance',
  all: '.+',
};

export const traceId: Variable = { kind: 'text', name: 'trace_id', label: 'Trace ID' };

/** Conditions of TraceQL. */
export const traceCondition: Variable = {
  kind: 'choice',
  name: 'condition',
  label: 'Traces',
  options: {
    all: 'true',
    failed: 'status = error',
    'over 500 ms': 'duration > 500ms',
    'over 2 s': 'duration > 2s',
    'over 10 s': 'duration > 10s',
  },
};

export const slowSearch: Variable = {
  kind: 'choice',
  name: 'slow',
  label: 'Slow is over',
  options: { '100 ms': '100ms', '10 ms': '10ms', '500 ms': '500ms', '2 s': '2s' },
};
