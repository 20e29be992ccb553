import { describe, expect, it } from 'vitest';
import { composeServices, readText, readYaml, type Tree } from './stack-files.ts';

/** Without comments. */
const text = readText('otel-collector/config.yaml').replaceAll(/(^|\s)#.*$/gm, '');
const config: Tree = readYaml('otel-collector/config.yaml');
const pipelines: Record<string, Tree> = config.service.pipelines;
const exporters: Record<string, Tree> = config.exporters;

/** Names of components that 0.161.0 still reads with a warning, or that go away, and what took their place. */
const DEPRECATED: Readonly<Record<string, string>> = {
  batch: 'sending_queue.batch',
  loadbalancing: 'load_balancing',
  logging: 'debug',
  otlp: 'otlp_grpc (the receiver keeps its name)',
  otlphttp: 'otlp_http',
  prometheusremotewrite: 'prometheus_remote_write',
  servicegraph: 'service_graph',
  spanmetrics: 'span_metrics',
};

const typeOf = (id: string) => id.split('/')[0] as string;

describe('pipelines', () => {
  it('the memory limiter is first wherever data comes in', () => {
    // traces/sampled gets what traces/in has let in: see the comment at memory_limiter.
    const entries = Object.entries(pipelines).filter(([, { receivers }]) =>
      receivers.some((id: string) => id in config.receivers),
    );
    expect(entries.map(([name]) => name).sort()).toEqual(['metrics', 'traces/in']);
    for (const [name, { processors }] of entries) expect(processors[0], name).toBe('memory_limiter');
  });

  it('span metrics and service graph see all spans, before tail sampling and after secrets are out', () => {
    const entry = pipelines['traces/in'];
    expect(entry.exporters.sort()).toEqual(['forward/sample', 'service_graph', 'span_metrics']);
    expect(entry.processors).not.toContain('tail_sampling');
    expect(entry.processors.slice(1)).toEqual([
      'transform/texts_in',
      'redaction/secrets',
      'transform/texts_out',
    ]);
    expect(pipelines['traces/sampled'].receivers).toEqual(['forward/sample']);
    expect(pipelines['traces/sampled'].processors).toEqual(['tail_sampling']);
    expect(pipelines.metrics.receivers).toEqual(expect.arrayContaining(['span_metrics', 'service_graph']));
    expect(pipelines.metrics.processors).toContain('redaction/secrets');
  });

  it('traces go to Jaeger and Tempo, metrics to Prometheus', () => {
    const endpoints = (name: string) => pipelines[name].exporters.map((id: string) => exporters[id].endpoint);
    expect(endpoints('traces/sampled')).toEqual(['jaeger:4317', 'tempo:4320']);
    expect(endpoints('metrics')).toEqual(['http://prometheus:9090/api/v1/otlp']);
  });

  it('everything that is used is defined, and the other way round', () => {
    const used = Object.values(pipelines).flatMap(({ receivers, processors, exporters: to }) => [
      ...receivers,
      ...processors,
      ...to,
    ]);
    const defined = ['receivers', 'processors', 'exporters', 'connectors'].flatMap((kind) =>
      Object.keys(config[kind]),
    );
    expect([...new Set(used)].sort()).toEqual(defined.sort());
    expect(config.service.extensions.sort()).toEqual(Object.keys(config.extensions).sort());
  });
});

describe('nothing is deprecated', () => {
  const ids = ['processors', 'exporters', 'connectors'].flatMap((kind) =>
    Object.keys(config[kind]).map((id) => [kind, id] as const),
  );
  it.each(ids)('%s: %s', (_, id) => {
    expect(DEPRECATED[typeOf(id)], typeOf(id)).toBeUndefined();
  });

  it('its own telemetry is set as of 0.161', () => {
    expect(config.service.telemetry.metrics.address).toBeUndefined();
    expect(Array.isArray(config.service.telemetry.resource.attributes)).toBe(true);
    const { prometheus } = config.service.telemetry.metrics.readers[0].pull.exporter;
    // Both default to true there, and then names lose the endings that every published rule has.
    expect(prometheus).toMatchObject({ port: 8888, without_type_suffix: false, without_units: false });
  });
});

describe('no exporter loses what was accepted', () => {
  it.each(Object.keys(exporters))('%s', (id) => {
    const { sending_queue: queue, retry_on_failure: retry } = exporters[id];
    expect(config.extensions).toHaveProperty([queue.storage]);
    expect(retry.max_elapsed_time).toBe(0);
    expect(queue.block_on_overflow).toBe(true);
    expect(queue.batch).toBeTruthy();
    expect(queue.wait_for_result ?? false).toBe(false);
  });

  it('the queue survives a restart, a corrupt file and a full folder', () => {
    const storage = config.extensions['file_storage/queue'];
    expect(storage).toMatchObject({ create_directory: true, recreate: true });
    const volume = composeServices()['otel-collector'].volumes.find((entry: Tree) =>
      String(entry).startsWith('otel-collector-queue:'),
    );
    expect(defaultOf(storage.directory).startsWith(`${volume.split(':')[1]}/`)).toBe(true);
  });

  it('decides about pending traces at shutdown, and has the time for it', () => {
    const { tail_sampling: sampling } = config.processors;
    expect(sampling.drop_pending_traces_on_shutdown ?? false).toBe(false);
    expect(sampling.block_on_overflow).toBe(true);
    const grace = Number.parseInt(composeServices()['otel-collector'].stop_grace_period, 10);
    expect(grace).toBeGreaterThanOrEqual(3 * Number.parseInt(defaultOf(sampling.decision_wait), 10));
  });
});

describe('tail sampling', () => {
  const policies: Tree[] = config.processors.tail_sampling.policies;

  it('keeps errors, slow and forced traces, and a share of the rest', () => {
    expect(policies.map(({ name, type }) => [name, type])).toEqual([
      ['errors', 'status_code'],
      ['slow', 'latency'],
      ['forced', 'boolean_attribute'],
      ['baseline', 'probabilistic'],
    ]);
  });

  it('keeps everything unless told otherwise', () => {
    expect(policies.at(-1)?.probabilistic.sampling_percentage).toBe(`\${env:BASELINE_PERCENT:-100}`);
  });

  it('drops no trace for a probe in it', () => {
    // `drop` outvotes `errors`, and fires when ANY span has the route: a real trace that calls /health would be gone.
    expect(policies.filter(({ type }) => type === 'drop')).toEqual([]);
  });
});

describe('secrets', () => {
  const { 'redaction/secrets': redaction } = config.processors;
  const pattern = (source: string) => goPattern(source.replaceAll('$$', '$'));

  it('a statement that fails does not let the span pass', () => {
    for (const id of ['transform/texts_in', 'transform/texts_out'])
      expect(config.processors[id].error_mode).toBe('propagate');
  });

  it('counts of tokens are not looked at, tokens are', () => {
    const ignored = redaction.ignored_key_patterns.map(pattern);
    const blocked = redaction.blocked_key_patterns.map(pattern);
    const masked = (key: string) =>
      !ignored.some((p: RegExp) => p.test(key)) && blocked.some((p: RegExp) => p.test(key));
    for (const key of [
      'gen_ai.usage.input_tokens',
      'gen_ai.token.type',
      'max_tokens',
      'k8s.secret.name',
      'session.id',
      'monkey',
      'author',
      'messaging.kafka.message.key',
      'db.collection.name',
    ])
      expect(masked(key), key).toBe(false);
    for (const key of [
      'token',
      'auth_token',
      'db.password',
      'clientSecret',
      'X-API-Key',
      'http.request.header.authorization',
      'set-cookie',
      'aws_secret_access_key',
      'PGPASSWORD',
      'session_id',
      'SECRET_KEY_BASE',
    ])
      expect(masked(key), key).toBe(true);
  });

  it('every `$` of a pattern is doubled: a single one begins a variable', () => {
    const single = text.replaceAll('$$', '').replaceAll(/\$\{env:[A-Z_]+:-[^}]*\}/g, '');
    expect(single.split('\n').filter((line) => line.includes('$'))).toEqual([]);
  });
});

describe('settings', () => {
  const settings = [...text.matchAll(/\$\{env:([A-Z_]+):-([^}]*)\}/g)].map(([, name]) => name as string);
  const passedOn = Object.keys(composeServices()['otel-collector'].environment);

  it('each has a default in the file and is passed on by compose, without a second default', () => {
    expect(settings.length).toBeGreaterThan(10);
    expect([...text.matchAll(/\$\{env:[A-Z_]+\}/g)]).toEqual([]);
    // Where the queue lies is the volume's affair.
    expect([...new Set(settings)].filter((name) => name !== 'QUEUE_DIRECTORY').sort()).toEqual(
      passedOn.filter((name) => name !== 'GOMEMLIMIT').sort(),
    );
    for (const name of settings)
      expect(composeServices()['otel-collector'].environment[name] ?? null).toBeNull();
  });

  it('the health endpoint of the brief is there', () => {
    expect(config.extensions.health_check).toEqual({ endpoint: '0.0.0.0:13133', path: '/health' });
  });
});

function defaultOf(setting: string): string {
  return /:-([^}]*)\}$/.exec(setting)?.[1] ?? setting;
}

/** Go's flags at the beginning are JavaScript's behind it. */
function goPattern(source: string): RegExp {
  return source.startsWith('(?i)') ? new RegExp(source.slice(4), 'i') : new RegExp(source);
}
