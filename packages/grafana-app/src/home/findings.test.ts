import { describe, expect, test } from 'vitest';
import { ApiProblem, type ProblemKind } from '../grafana/api-problem.ts';
import type { Series } from '../grafana/series.ts';
import { type Facts, findings, severityOf } from './findings.ts';
import type { HomeQueryName } from './home-queries.ts';

const one = (value: number, labels: Record<string, string> = {}): Series => ({ labels, values: [value] });
const there = { chosen: true, gone: undefined };
const well: Record<HomeQueryName, Series[]> = {
  received: [one(100)],
  receivedHistory: [],
  lost: [one(0)],
  services: [one(1, { service_name: 'checkout' })],
  spanMetrics: [one(20)],
  targets: [one(1, { job: 'otel-collector' }), one(1, { job: 'tempo' })],
  alerts: [],
};
const facts = (change: Partial<Facts> = {}, answers: Partial<typeof well> = {}): Facts => ({
  prometheus: there,
  tempo: there,
  jaeger: there,
  answers: { ...well, ...answers },
  ...change,
});
const names = (asked: Facts) => findings(asked).map(({ is }) => is);
const missing = { chosen: false, gone: undefined };

describe('findings', () => {
  test('none when all is well', () => {
    expect(findings(facts())).toEqual([]);
  });

  test.each<[string, Facts, string[]]>([
    [
      'no data source at all',
      facts({ prometheus: missing, tempo: missing, jaeger: missing, answers: undefined }),
      ['no-prometheus', 'no-trace-store'],
    ],
    ['no store of traces', facts({ tempo: missing, jaeger: missing }), ['no-trace-store']],
    ['Tempo alone is enough', facts({ jaeger: missing }), []],
    ['a configured one is gone', facts({ tempo: { chosen: true, gone: 'x' } }), ['tempo-gone']],
    [
      'nothing is known of the Collector',
      facts({}, { targets: [], spanMetrics: [], received: [] }),
      ['collector-unknown'],
    ],
    ['another Collector makes span metrics', facts({}, { targets: [], received: [] }), []],
    ['no spans', facts({}, { received: [one(0)], spanMetrics: [], services: [] }), ['no-spans']],
    ['spans, and no metrics of them', facts({}, { spanMetrics: [], services: [] }), ['no-span-metrics']],
    ['spans stopped, their metrics stay', facts({}, { received: [one(0)] }), ['no-spans']],
    ['metrics, and no rules', facts({}, { services: [], lost: [] }), ['no-recording-rules']],
    [
      'neither spans any more nor rules',
      facts({}, { received: [one(0)], services: [], lost: [] }),
      ['no-spans', 'no-recording-rules'],
    ],
    ['rules, and nobody who serves requests', facts({}, { services: [] }), []],
    [
      'the Collector is down',
      facts(
        {},
        { targets: [one(0, { job: 'otel-collector' })], received: [], spanMetrics: [], services: [] },
      ),
      ['down', 'no-spans'],
    ],
    ['spans are lost', facts({}, { lost: [one(2)] }), ['spans-lost']],
  ])('%s', (_, asked, expected) => {
    expect(names(asked)).toEqual(expected);
  });

  test.each<[ProblemKind, string]>([
    ['forbidden', 'prometheus-forbidden'],
    ['unreachable', 'prometheus-unreachable'],
    ['failed', 'prometheus-failed'],
    ['not-found', 'prometheus-failed'],
  ])('Prometheus answers %s', (kind, is) => {
    expect(findings(facts({ answers: new ApiProblem(kind, 'why') }))).toEqual([{ is, text: 'why' }]);
  });

  test('alerts: the worst first, causes in the pipeline before', () => {
    const alert = (alertname: string, severity: string): Series =>
      one(1, { alertname, severity, component: 'qdrant' });
    const found = findings(
      facts(
        {},
        { lost: [one(1)], alerts: [alert('B', 'warning'), alert('C', 'critical'), alert('A', 'warning')] },
      ),
    );
    expect(found.map((each) => (each.is === 'alert' ? each.alert.name : each.is))).toEqual([
      'spans-lost',
      'C',
      'A',
      'B',
    ]);
    expect(found.map(severityOf)).toEqual(['error', 'error', 'warning', 'warning']);
  });

  test('a program that is down is said once', () => {
    const alert = (alertname: string): Series => one(1, { alertname, severity: 'critical' });
    const targets = [one(1, { job: 'otel-collector' }), one(0, { job: 'tempo' })];
    const found = findings(facts({}, { targets, alerts: [alert('TempoDown'), alert('JaegerDown')] }));
    expect(found.map((each) => (each.is === 'alert' ? each.alert.name : each.is))).toEqual([
      'down',
      'JaegerDown',
    ]);
  });
});
