import { expect, it } from 'vitest';
import { readYaml, type Tree } from './stack-files.ts';

const config: Tree = readYaml('prometheus/prometheus.yml');
const compose: Tree = readYaml('compose.yaml').services;
const jobs = new Map<string, Tree>(config.scrape_configs.map((job: Tree) => [job.job_name, job]));

it('scrapes every service that has metrics, each by its own name', () => {
  expect([...jobs.keys()].sort()).toEqual(
    Object.keys(compose)
      .filter((name) => name !== 'prepare')
      .sort(),
  );
  for (const [name, job] of jobs) {
    const [target] = job.static_configs[0].targets;
    expect(target).toMatch(name === 'prometheus' ? /^localhost:9090$/ : new RegExp(`^${name}:\\d+$`));
  }
});

it('shows Qdrant a key that can only read, from a file', () => {
  expect(jobs.get('qdrant').authorization).toEqual({
    type: 'Bearer',
    credentials_file: '/run/secrets/qdrant_read_only_api_key',
  });
});

it('takes what is pushed, late or not, with exemplars', () => {
  expect(compose.prometheus.command).toEqual(
    expect.arrayContaining([
      '--web.enable-otlp-receiver',
      '--web.enable-remote-write-receiver',
      '--enable-feature=exemplar-storage,concurrent-rule-eval',
    ]),
  );
  expect(config.storage.exemplars.max_exemplars).toBeGreaterThan(0);
  expect(config.storage.tsdb.out_of_order_time_window).toBe('30m');
  expect(config.otlp.keep_identifying_resource_attributes).toBe(true);
  expect(config.otlp.promote_resource_attributes).toEqual(
    expect.arrayContaining(['service.name', 'collector.instance.id']),
  );
});

it('has limits of time and size in the file, not in flags, which are deprecated', () => {
  expect(config.storage.tsdb.retention).toEqual({ time: '15d', size: '10GB' });
  expect(compose.prometheus.command.filter((flag: string) => flag.includes('retention'))).toEqual([]);
});

it('hands alerts to the Alertmanager', () => {
  expect(config.alerting.alertmanagers[0].static_configs[0].targets).toEqual(['alertmanager:9093']);
});
