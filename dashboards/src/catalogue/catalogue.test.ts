import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PAGES_FOLDER, pageOf, parsePage } from '../../test/metrics-page.ts';
import { readIfThere } from '../../test/repository.ts';
import { EMITTERS, SERIES } from './catalogue.ts';
import { JOBS, RESOURCE } from './jobs.ts';
import { seriesOf } from './metric.ts';
import { SPAN_DURATION_BOUNDARIES_MILLIS, spanMetrics } from './span-metrics.ts';

describe.each(EMITTERS.map((emitter) => [emitter.id, emitter] as const))('%s', (_id, emitter) => {
  test('has each metric once, named as Prometheus allows, with a meaning', () => {
    const names = emitter.metrics.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name))).toEqual([]);
    expect(emitter.metrics.filter(({ meaning }) => !meaning.endsWith('.')).map(({ name }) => name)).toEqual(
      [],
    );
  });

  test('says no label twice', () => {
    for (const { name, labels } of emitter.metrics) {
      const all = [...emitter.labels, ...labels];
      if (emitter.path.startsWith('pushed')) expect(new Set(labels).size, name).toBe(labels.length);
      else expect(new Set(all).size, name).toBe(all.length);
    }
  });
});

test('a name means the same whoever prints it', () => {
  for (const [name, emitted] of SERIES) {
    expect(new Set(emitted.map(({ metric }) => `${metric.type} ${metric.unit}`)).size, name).toBe(1);
  }
});

/** Held against what the programs print, not against our own list. */
const recorded = EMITTERS.filter(({ page }) => page !== undefined);
describe.skipIf(PAGES_FOLDER === undefined)(
  `the pages that the programs print${PAGES_FOLDER === undefined ? ' (UAT_METRICS_PAGES names no folder of them)' : ''}`,
  () => {
    test.each(recorded.map((emitter) => [emitter.id, emitter] as const))('%s', (_id, emitter) => {
      const page = pageOf(emitter);
      const wrong: string[] = [];
      for (const metric of emitter.metrics) {
        const type = page.types.get(metric.name);
        if (type === undefined) {
          if (metric.appears === undefined) wrong.push(`${metric.name} is not printed`);
          continue;
        }
        if (type !== metric.type) wrong.push(`${metric.name} is a ${type}`);
        for (const [series, labels] of seriesOf(metric)) {
          const printed = page.labels.get(series);
          if (!printed) continue;
          const extra = [...printed].filter((label) => !labels.includes(label));
          if (extra.length > 0) wrong.push(`${series} has the labels ${extra}`);
          const missing = labels.filter((label) => !printed.has(label) && !metric.sometimes?.includes(label));
          if (missing.length > 0) wrong.push(`${series} has no labels ${missing}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  },
);

test('a page is read: types, labels, values with quotes', () => {
  const page = parsePage(
    'x',
    '# TYPE a counter\na{b="1",c="x \\"y\\" {z=\\"1\\"}"} 1\na_b 2 17\n# HELP q{x="1"} no\n',
  );
  expect(page.types.get('a')).toBe('counter');
  expect([...page.labels.get('a')!]).toEqual(['b', 'c']);
  expect([...page.labels.keys()]).toEqual(['a', 'a_b']);
});

/** The stack's configuration decides what is printed; it is written elsewhere. */
describe('as the stack is configured', () => {
  test('jobs', () => {
    const text = readIfThere('stack/prometheus/prometheus.yml');
    expect(text).toBeDefined();
    const { scrape_configs } = parse(text!) as { scrape_configs: { job_name: string }[] };
    const names = scrape_configs.map(({ job_name }) => job_name);
    expect(Object.values(JOBS).filter((job) => !names.includes(job))).toEqual([]);
  });

  test('resource attributes that become labels', () => {
    const { otlp } = parse(readIfThere('stack/prometheus/prometheus.yml')!) as {
      otlp: { promote_resource_attributes: string[] };
    };
    const promoted = otlp.promote_resource_attributes.map((name) => name.replaceAll('.', '_'));
    const wanted = RESOURCE.filter((label) => label !== 'job' && label !== 'instance');
    expect(wanted.filter((label) => !promoted.includes(label))).toEqual([]);
  });

  test('buckets and dimensions of span metrics', () => {
    const { connectors } = parse(readIfThere('stack/otel-collector/config.yaml')!) as {
      connectors: {
        span_metrics: { histogram: { explicit: { buckets: string[] } }; dimensions: { name: string }[] };
      };
    };
    const { histogram, dimensions } = connectors.span_metrics;
    const millis = histogram.explicit.buckets.map((bucket) =>
      bucket.endsWith('ms') ? Number(bucket.slice(0, -2)) : Number(bucket.slice(0, -1)) * 1000,
    );
    expect(millis).toEqual([...SPAN_DURATION_BOUNDARIES_MILLIS]);
    const labels = [...spanMetrics.labels, ...spanMetrics.metrics[0]!.labels];
    const wanted = dimensions.map(({ name }) => name.replaceAll('.', '_'));
    expect(wanted.filter((label) => !labels.includes(label))).toEqual([]);
  });
});
