import { expect, it } from 'vitest';
import { readText, readYaml, type Tree } from './stack-files.ts';

const FILE = 'grafana/provisioning/datasources/datasources.yaml';
const sources = new Map<string, Tree>(readYaml(FILE).datasources.map((source: Tree) => [source.uid, source]));
const environment: Tree = readYaml('compose.yaml').services.grafana.environment;

it('has the four data sources, which nobody edits by hand', () => {
  expect([...sources.keys()].sort()).toEqual(['alertmanager', 'jaeger', 'prometheus', 'tempo']);
  for (const [uid, source] of sources) {
    expect(source.type).toBe(uid);
    expect(source.editable).toBe(false);
    expect(new URL(source.url).hostname).toBe(uid);
  }
  expect([...sources.values()].filter(({ isDefault }) => isDefault).map(({ uid }) => uid)).toEqual([
    'prometheus',
  ]);
});

it('leads from a metric to its trace, in Tempo and in Jaeger', () => {
  const destinations: Tree[] = sources.get('prometheus').jsonData.exemplarTraceIdDestinations;
  expect(destinations).toMatchObject([
    { name: 'trace_id', datasourceUid: 'tempo' },
    { name: 'trace_id', url: `\${JAEGER_URL}/trace/$\${__value.raw}` },
  ]);
});

it('leads from a trace to its metrics, by names that the collector makes', () => {
  for (const uid of ['tempo', 'jaeger']) {
    const { tracesToMetrics } = sources.get(uid).jsonData;
    expect(tracesToMetrics.datasourceUid).toBe('prometheus');
    expect(tracesToMetrics.tags).toEqual([{ key: 'service.name', value: 'service_name' }]);
    for (const { query } of tracesToMetrics.queries)
      expect(query).toMatch(/traces_span_metrics_(?:calls_total|duration_milliseconds_bucket)\{\$\$__tags/);
  }
  expect(sources.get('tempo').jsonData.serviceMap.datasourceUid).toBe('prometheus');
});

it('leads from a trace to Jaeger', () => {
  const correlations: Tree[] = sources.get('tempo').correlations;
  // `query` is the default; written out, some versions of Grafana stop at it.
  expect(correlations.map(({ type }) => type)).toEqual([undefined, 'external']);
  expect(correlations[0]?.targetUID).toBe('jaeger');
});

it('every data source that another names is there', () => {
  const named = [...readText(FILE).matchAll(/(?:datasourceUid|targetUID|alertmanagerUid): (\w+)/g)].map(
    ([, uid]) => uid as string,
  );
  expect(named.length).toBeGreaterThan(4);
  for (const uid of named) expect(sources.has(uid), uid).toBe(true);
});

it('every variable of the provisioning files is in the environment, and every other dollar is doubled', () => {
  for (const file of [
    FILE,
    'grafana/provisioning/dashboards/dashboards.yaml',
    'grafana/plugin/provisioning/uat-tracing-app.yaml',
  ]) {
    const code = readText(file).replaceAll(/#.*$/gm, '');
    const variables = [...code.matchAll(/(?<!\$)\$\{?(\w+)\}?/g)].map(([, name]) => name as string);
    for (const name of variables) expect(environment, `${file}: ${name}`).toHaveProperty([name]);
  }
});

it('lets nobody in without a password that was generated', () => {
  expect(environment.GF_AUTH_ANONYMOUS_ENABLED).toBe('false');
  expect(environment.GF_USERS_ALLOW_SIGN_UP).toBe('false');
  expect(environment.GF_SECURITY_ADMIN_PASSWORD__FILE).toMatch(/^\/run\/secrets\//);
  expect(Object.keys(environment).filter((key) => /PASSWORD$|SECRET_KEY$/.test(key))).toEqual([]);
});

it('the plugin is provisioned only together with the plugin: without it Grafana would not start', () => {
  const targets = (file: string) =>
    (readYaml(file).services.grafana.volumes as Tree[]).map((volume) => volume.target);
  expect(targets('compose.yaml')).not.toContain('/etc/grafana/provisioning/plugins');
  expect(targets('compose.plugin.yaml')).toEqual([
    '/var/lib/grafana/plugins/uat-tracing-app',
    '/etc/grafana/provisioning/plugins',
  ]);
});
