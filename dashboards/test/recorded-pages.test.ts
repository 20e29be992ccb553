/** All rules together over pages that healthy programs really printed: every rule can be evaluated, and nothing fires. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ALERT_GROUPS } from '../src/alerts/alerts.ts';
import { EMITTERS, SERIES } from '../src/catalogue/catalogue.ts';
import { toAlertingRule } from '../src/print/alert-rules.ts';
import { toYaml } from '../src/print/rule-files.ts';
import { RECORDING_RULES } from '../src/rules/recording-rules.ts';
import { testFile, toRule } from './alert-cases.ts';
import { PAGES_FOLDER, samplesOf } from './metrics-page.ts';
import { findPromtool, testRules } from './promtool.ts';

/** Minutes that the programs stay as they are on their pages. */
const MINUTES = 60;

/** What fires all the same, and why. */
const EXPECTED: Readonly<Record<string, string>> = {
  Watchdog: 'always does',
  PrometheusWithoutAlertmanager: 'the recorded Prometheus was told of none',
  PrometheusNotStoring: 'its counter stands still on a page',
};

const { path: promtool, missing } = await findPromtool();
const why = PAGES_FOLDER === undefined ? 'UAT_METRICS_PAGES names no folder of pages' : missing;
const folder = mkdtempSync(join(tmpdir(), 'uat-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One group, so that the order is that of the sources. */
const rules = [
  ...RECORDING_RULES.flatMap((group) => group.rules.map(toRule)),
  ...ALERT_GROUPS.flatMap(({ alerts }) => alerts.map(toAlertingRule)),
];

describe.skipIf(why !== undefined)(
  `pages of healthy programs${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    test('nothing fires that is not expected to', async () => {
      const series: object[] = [];
      for (const emitter of EMITTERS.filter(({ page }) => page !== undefined)) {
        const target = `job="${emitter.job}", instance="${emitter.id}:1"`;
        series.push({ series: `up{${target}}`, values: `1x${MINUTES * 2}` });
        for (const { name, labels, value } of samplesOf(emitter)) {
          // What no rule knows cannot change anything.
          if (!SERIES.has(name)) continue;
          series.push({
            series: `${name}{${[target, ...labels].join(', ')}}`,
            values: `${value}x${MINUTES * 2}`,
          });
        }
      }
      expect(series.length).toBeGreaterThan(500);
      writeFileSync(join(folder, 'rules.yml'), toYaml({ groups: [{ name: 'all', rules }] }));
      const at = `${MINUTES}m`;
      const group = {
        name: 'pages',
        interval: '30s',
        input_series: series,
        promql_expr_test: [
          {
            expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
            eval_time: at,
            exp_samples: Object.keys(EXPECTED).map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
          },
          // And the names that people type answer.
          ...[
            'qdrant_search_latency_seconds_count',
            'qdrant_points_total',
            'qdrant_collections_total',
            'traces_received_total',
            'traces_exported_total',
            'otelcol_processor_accepted_spans',
            'otelcol_processor_dropped_spans',
            'process_uptime_seconds',
          ].map((name) => ({
            expr: `count(${name}) > bool 0`,
            eval_time: at,
            exp_samples: [{ labels: '{}', value: 1 }],
          })),
        ],
      };
      writeFileSync(join(folder, 'test.yml'), testFile('rules.yml', [group], 30));
      const { code, text } = await testRules(promtool!, 'test.yml', folder);
      expect(code, text.slice(0, 5000)).toBe(0);
    }, 120_000);
  },
);
