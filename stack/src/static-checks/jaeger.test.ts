import { describe, expect, it } from 'vitest';
import { readText, readYaml, type Tree } from './stack-files.ts';

const config: Tree = readYaml('jaeger/config.yaml');

/**
 * Keys of Jaeger 2.20.0 below `extensions` and `service`, as far as they were seen to be taken by `jaeger validate` of that
 * version. Anything else is a typing mistake or of another version: Jaeger 2 refuses unknown keys at start.
 */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'extensions.jaeger_query': ['enable_tracing', 'storage', 'ui', 'http', 'grpc'],
  'extensions.jaeger_query.storage': ['traces', 'traces_archive', 'metrics'],
  'extensions.jaeger_query.ui': ['config_file', 'assets_path', 'log_access'],
  'extensions.jaeger_storage': ['backends', 'metric_backends'],
  'extensions.jaeger_storage.backends.main': ['badger'],
  'extensions.jaeger_storage.backends.main.badger': [
    'directories',
    'ephemeral',
    'ttl',
    'consistency',
    'read_only',
    'maintenance',
    'metrics',
  ],
  'extensions.jaeger_storage.metric_backends.span_metrics': ['prometheus'],
  'extensions.jaeger_storage.metric_backends.span_metrics.prometheus': [
    'endpoint',
    'metric_namespace',
    'latency_unit',
    'normalize_calls',
    'normalize_duration',
  ],
  'extensions.healthcheckv2': ['use_v2', 'http', 'grpc', 'component_health'],
  'exporters.jaeger_storage_exporter': ['trace_storage', 'queue'],
};

/** Components that the image of 2.20.0 bundles (not: transform, service_graph, file_storage). */
const BUNDLED = {
  extensions: [
    'jaeger_storage',
    'jaeger_query',
    'healthcheckv2',
    'jaeger_mcp',
    'remote_sampling',
    'remote_storage',
    'pprof',
    'zpages',
  ],
  receivers: ['otlp', 'jaeger', 'kafka', 'zipkin'],
  processors: ['batch', 'memory_limiter', 'tail_sampling', 'attributes', 'filter', 'adaptive_sampling'],
  exporters: ['jaeger_storage_exporter', 'otlp', 'otlphttp', 'kafka', 'prometheus', 'debug', 'nop'],
} as const;

const at = (path: string): Tree => path.split('.').reduce((tree: Tree, key) => tree?.[key], config);

describe('against Jaeger 2.20.0', () => {
  it.each(Object.entries(KNOWN))('%s', (path, known) => {
    const keys = Object.keys(at(path));
    expect(keys.filter((key) => !known.includes(key))).toEqual([]);
  });

  it.each(Object.entries(BUNDLED))('%s are bundled', (kind, bundled) => {
    const ids = Object.keys(config[kind]).map((id) => id.split('/')[0] as string);
    expect(ids.filter((id) => !(bundled as readonly string[]).includes(id))).toEqual([]);
  });
});

it('keeps traces on disk, for a time', () => {
  const { badger } = at('extensions.jaeger_storage.backends.main');
  expect(badger.ephemeral).toBe(false);
  expect(badger.ttl.spans).toBe(`\${env:JAEGER_RETENTION:-72h}`);
  for (const folder of Object.values<string>(badger.directories))
    expect(folder).toMatch(/^\/var\/lib\/jaeger\//);
});

it('does not trace itself', () => {
  expect(at('extensions.jaeger_query.enable_tracing')).toBe(false);
});

it('feeds the Monitor tab from the span metrics that the collector makes', () => {
  const { prometheus } = at('extensions.jaeger_storage.metric_backends.span_metrics');
  const collector = readYaml('otel-collector/config.yaml').connectors.span_metrics;
  expect(prometheus).toMatchObject({
    metric_namespace: 'traces_span_metrics',
    normalize_calls: true,
    normalize_duration: true,
  });
  expect(prometheus.latency_unit).toBe(collector.histogram.unit);
  // Jaeger asks for the collector's default namespace, and by the label status_code.
  expect(collector.namespace).toBeUndefined();
  expect(collector.exclude_dimensions ?? []).not.toContain('status.code');
  expect(at('extensions.jaeger_query.storage')).toEqual({ traces: 'main', metrics: 'span_metrics' });
  expect(JSON.parse(readText('jaeger/ui.json'))).toMatchObject({ monitor: { menuEnabled: true } });
});
