import { describe, expect, test } from 'vitest';
import { readSettings } from './settings.ts';

describe('readSettings', () => {
  test.each([undefined, null, 'text', 7, [], {}])('%j is none', (data) => {
    expect(Object.values(readSettings(data)).filter((value) => value !== undefined)).toEqual([]);
  });

  test('takes texts, trimmed', () => {
    expect(readSettings({ prometheusUid: ' p ', tempoUid: '', jaegerUid: 5, other: 'x' })).toEqual({
      prometheusUid: 'p',
    });
  });

  test.each([
    ['https://jaeger.example.org/ui', true],
    ['http://localhost:16686', true],
    ['javascript:alert(1)', false],
    ['jaeger:16686', false],
    ['/relative', false],
  ])('address %s: %s', (jaegerUrl, taken) => {
    expect(readSettings({ jaegerUrl }).jaegerUrl).toBe(taken ? jaegerUrl : undefined);
  });

  test.each([
    ['env', true],
    ['deployment_environment_name', true],
    ['a-b', false],
    ['1a', false],
    ['x"}', false],
  ])('label %s: %s', (environmentLabel, taken) => {
    expect(readSettings({ environmentLabel }).environmentLabel).toBe(taken ? environmentLabel : undefined);
  });
});
