import { describe, expect, it } from 'vitest';
import { keyPaths, readText, readYaml, type Tree } from './stack-files.ts';

const config: Tree = readYaml('tempo/tempo.yaml');

/** Top-level keys of Tempo 3.0. */
const TOP_LEVEL = [
  'target',
  'http_api_prefix',
  'stream_over_http_enabled',
  'multitenancy_enabled',
  'server',
  'internal_server',
  'distributor',
  'live_store',
  'live_store_client',
  'block_builder',
  'backend_scheduler',
  'backend_scheduler_client',
  'backend_worker',
  'querier',
  'query_frontend',
  'metrics_generator',
  'ingest',
  'storage',
  'overrides',
  'memberlist',
  'usage_report',
  'cache',
];

/** Keys that Tempo 2 had and Tempo 3 refuses. */
const REMOVED = ['ingester', 'compactor', 'ingester_client', 'metrics_generator_client'];

/** Paths that `tempo -config.verify=true` of 3.0.3 was seen to take. `**` is any path below. */
const KNOWN = [
  'stream_over_http_enabled',
  'server.http_listen_port',
  'server.grpc_listen_port',
  'server.log_level',
  'distributor.receivers.otlp.protocols.grpc.endpoint',
  'distributor.receivers.otlp.protocols.grpc.max_recv_msg_size_mib',
  'distributor.receivers.otlp.protocols.http.endpoint',
  'live_store',
  'storage.trace.backend',
  'storage.trace.wal.path',
  'storage.trace.local.path',
  'backend_scheduler.local_work_path',
  'backend_scheduler.provider.compaction.compaction.block_retention',
  'backend_worker.compaction.block_retention',
  'metrics_generator.processor.span_metrics.enable_tracestate_span_multiplier',
  'metrics_generator.storage.path',
  'metrics_generator.storage.remote_write[].url',
  'metrics_generator.storage.remote_write[].send_exemplars',
  'overrides.defaults.metrics_generator.processors[]',
  'overrides.defaults.metrics_generator.generate_native_histograms',
  'overrides.defaults.metrics_generator.span_name_sanitization',
  'overrides.defaults.ingestion.rate_limit_bytes',
  'overrides.defaults.ingestion.burst_size_bytes',
  'overrides.defaults.global.max_bytes_per_trace',
  'usage_report.reporting_enabled',
];

/** What the file has that Tempo 3.0.3 would refuse or does not know. */
function refusedBy3(tree: Tree): string[] {
  const top = Object.keys(tree);
  return [
    ...top.filter((key) => REMOVED.includes(key)).map((key) => `${key}: removed in Tempo 3`),
    ...top.filter((key) => !TOP_LEVEL.includes(key)).map((key) => `${key}: unknown`),
    ...keyPaths(tree)
      .filter((path) => !KNOWN.includes(path))
      .map((path) => `${path}: not verified`),
    ...(tree.overrides?.defaults?.metrics_generator?.processors ?? [])
      .filter((name: string) => !['service-graphs', 'span-metrics', 'host-info'].includes(name))
      .map((name: string) => `processor ${name}: removed in Tempo 3`),
  ];
}

describe('against Tempo 3.0.3', () => {
  it('every key is one that it takes', () => {
    expect(refusedBy3(config)).toEqual([]);
  });

  it.each<[string, Tree]>([
    ['ingester', { ingester: { max_block_duration: '5m' } }],
    ['compactor', { compactor: { compaction: { block_retention: '1h' } } }],
    ['flat overrides', { overrides: { metrics_generator_processors: ['span-metrics'] } }],
    ['local-blocks', { overrides: { defaults: { metrics_generator: { processors: ['local-blocks'] } } } }],
    ['a typing mistake', { storage: { trace: { backend: 'local', wall: { path: '/x' } } } }],
  ])('refuses %s', (_, change) => {
    expect(refusedBy3({ ...config, ...change })).not.toEqual([]);
  });
});

it('counts nothing twice: the service graph comes from the collector alone', () => {
  expect(config.overrides.defaults.metrics_generator.processors).toEqual(['span-metrics']);
});

it('has its retention in both places, as one setting', () => {
  const setting = `\${TEMPO_RETENTION:-168h}`;
  expect(config.backend_scheduler.provider.compaction.compaction.block_retention).toBe(setting);
  expect(config.backend_worker.compaction.block_retention).toBe(setting);
  expect(readYaml('compose.yaml').services.tempo.command).toContain('-config.expand-env=true');
});

it('keeps everything that lasts in its volume', () => {
  const volume = readYaml('compose.yaml').services.tempo.volumes.find((entry: Tree) =>
    String(entry).startsWith('tempo-data:'),
  );
  const folders = [...readText('tempo/tempo.yaml').matchAll(/path: (\/\S+)/g)].map(
    ([, folder]) => folder as string,
  );
  expect(folders.length).toBe(4);
  for (const folder of folders) expect(folder.startsWith(volume.split(':')[1])).toBe(true);
});

it('writes to Prometheus, which takes it', () => {
  expect(config.metrics_generator.storage.remote_write).toEqual([
    { url: 'http://prometheus:9090/api/v1/write', send_exemplars: true },
  ]);
  expect(readYaml('compose.yaml').services.prometheus.command).toContain(
    '--web.enable-remote-write-receiver',
  );
});

it('listens where the collector sends, and where the brief says', () => {
  const { endpoint } = config.distributor.receivers.otlp.protocols.grpc;
  expect(endpoint).toBe('0.0.0.0:4320');
  expect(readYaml('otel-collector/config.yaml').exporters['otlp_grpc/tempo'].endpoint).toBe('tempo:4320');
});
