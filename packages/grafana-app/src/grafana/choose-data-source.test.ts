import { describe, expect, test } from 'vitest';
import { chooseDataSource, type DataSource } from './choose-data-source.ts';

const source = (uid: string, type: string, rest: Partial<DataSource> = {}): DataSource => ({
  uid,
  type,
  name: uid,
  isDefault: false,
  ...rest,
});

describe('chooseDataSource', () => {
  const tempo = source('t', 'tempo');
  const a = source('a', 'prometheus');
  const b = source('b', 'prometheus', { isDefault: true });
  const named = source('c', 'prometheus', { name: 'Prometheus' });
  const canonical = source('prometheus', 'prometheus');
  const tracing = source('d', 'prometheus', { name: 'OTel metrics' });

  test.each<[string, string | undefined, DataSource[], string | undefined, string | undefined]>([
    ['the configured one', 'a', [b, a], 'a', undefined],
    ['the likeliest when the configured one is gone', 'x', [a], 'a', 'x'],
    ['none of another kind, even when configured', 't', [tempo], undefined, 't'],
    ['by uid before all', undefined, [b, named, canonical], 'prometheus', undefined],
    ['by name', undefined, [a, b, named], 'c', undefined],
    ['the default', undefined, [a, tracing, b], 'b', undefined],
    ['what sounds like it', undefined, [a, tracing], 'd', undefined],
    ['the first', undefined, [a, source('e', 'prometheus')], 'a', undefined],
    ['one in a cloud', undefined, [source('m', 'grafana-amazonprometheus-datasource')], 'm', undefined],
    ['none', undefined, [], undefined, undefined],
  ])('takes %s', (_, configured, list, uid, gone) => {
    const choice = chooseDataSource('prometheus', configured, list);
    expect(choice.chosen?.uid).toBe(uid);
    expect(choice.gone).toBe(gone);
  });
});
