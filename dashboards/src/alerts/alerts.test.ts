import { describe, expect, test } from 'vitest';
import { PANELS } from '../panels.ts';
import { alertAnnotations } from '../print/alert-rules.ts';
import { unknownIn } from '../promql/known-series.ts';
import { ALERTS } from './alerts.ts';
import { THRESHOLDS, type ThresholdName } from './thresholds.ts';

const byName = new Map(ALERTS.map((alert) => [alert.name, alert]));
const LABEL = /^\{\{ \$labels\.(\w+) \}\}$/;
const URL_LABEL = /^\{\{ urlQueryEscape \$labels\.(\w+) \}\}$/;
const VALUE = /^\{\{ \$value \| humanize(1024|Percentage|Duration)? \}\}$/;

describe.each(ALERTS.map((alert) => [alert.name, alert] as const))('%s', (_name, alert) => {
  test('asks for what is known', () => {
    expect(unknownIn(alert.expr)).toEqual([]);
    for (const { series } of alert.cases.series) expect(unknownIn(series)).toEqual([]);
  });

  test('says which one, with labels that it has', () => {
    for (const [annotation, text] of Object.entries(alertAnnotations(alert))) {
      for (const [template] of text.matchAll(/\{\{.*?\}\}/g)) {
        const label = (LABEL.exec(template) ?? URL_LABEL.exec(template))?.[1];
        if (label !== undefined)
          expect(Object.keys(alert.cases.fires), `${annotation}: ${template}`).toContain(label);
        else expect(template, annotation).toMatch(VALUE);
      }
      expect(text.replaceAll(/\{\{.*?\}\}/g, '')).not.toMatch(/\{\{|\}\}/);
    }
    expect(alert.summary).not.toMatch(/\.$/);
    expect(alert.description).toMatch(/\.$/);
    for (const step of alert.steps) expect(step).toMatch(/[.?`]$/);
  });

  test('gives the reason of its numbers', () => {
    const numbers = [...alert.expr.matchAll(/(?:>=?|<=?|==) ([\d.]+)/g)].map(([, number]) => Number(number));
    const plain = [0, 1];
    const declared = (alert.thresholds ?? []).map((name: ThresholdName) => THRESHOLDS[name].value);
    const products = declared.flatMap((a) => declared.map((b) => Number((a * b).toPrecision(6))));
    expect(numbers.filter((number) => ![...plain, ...declared, ...products].includes(number))).toEqual([]);
  });

  test('inhibits only its effects', () => {
    for (const { alerts, equal } of alert.inhibits ?? []) {
      for (const name of alerts) {
        const target = byName.get(name);
        expect(target, name).toBeDefined();
        expect(target).not.toBe(alert);
        // Two that lack a label are equal in it, to Alertmanager.
        for (const label of equal) {
          expect(Object.keys(alert.cases.fires), `${alert.name} has no ${label}`).toContain(label);
          expect(Object.keys(target!.cases.fires), `${name} has no ${label}`).toContain(label);
        }
      }
    }
  });
});

test('names differ', () => {
  expect(byName.size).toBe(ALERTS.length);
});

test('no two silence each other', () => {
  const effects = (name: string): string[] =>
    (byName.get(name)?.inhibits ?? []).flatMap(({ alerts }) => alerts);
  const reach = (name: string, path: readonly string[]): void => {
    expect(path, 'in a circle').not.toContain(name);
    for (const effect of effects(name)) reach(effect, [...path, name]);
  };
  for (const { name } of ALERTS) reach(name, []);
});

test('every threshold is used, has a unit and a reason', () => {
  const used = new Set(ALERTS.flatMap(({ thresholds = [] }) => thresholds));
  expect(Object.keys(THRESHOLDS).filter((name) => !used.has(name as ThresholdName))).toEqual([]);
  for (const { unit, reason } of Object.values(THRESHOLDS)) {
    expect(unit).not.toBe('');
    expect(reason).toMatch(/\.$/);
  }
});

test('panels have an id of their own, below 100, and an alert', () => {
  const places = Object.values(PANELS).map(({ dashboard, id }) => `${dashboard} ${id}`);
  expect(new Set(places).size).toBe(places.length);
  expect(Object.values(PANELS).every(({ id }) => id > 0 && id < 100)).toBe(true);
  const used = new Set<string>(ALERTS.map(({ panel }) => panel));
  expect(Object.keys(PANELS).filter((panel) => !used.has(panel))).toEqual([]);
});
