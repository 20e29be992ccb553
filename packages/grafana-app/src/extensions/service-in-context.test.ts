import { describe, expect, test } from 'vitest';
import { serviceOfPanel, serviceOfTrace } from './service-in-context.ts';

const span = (serviceName: unknown, more = {}) => ({ process: { serviceName, tags: [] }, ...more });

describe('serviceOfTrace', () => {
  test.each<[string, unknown, string | undefined]>([
    ['nothing', undefined, undefined],
    ['a text', 'trace', undefined],
    ['no spans', { spans: [] }, undefined],
    ['no service', { spans: [{}] }, undefined],
    ['a service that is no text', { spans: [span(7)] }, undefined],
    [
      'the first',
      { spans: [span('a', { depth: 1, references: [{}] }), span('b', { depth: 2, references: [{}] })] },
      'a',
    ],
    ['the root', { spans: [span('b', { depth: 1, references: [{}] }), span('a', { depth: 0 })] }, 'a'],
    ['one without parent', { spans: [span('b', { references: [{}] }), span('a', { references: [] })] }, 'a'],
    ['spans that are no list', { spans: {} }, undefined],
  ])('%s', (_, context, service) => {
    expect(serviceOfTrace(context)?.service).toBe(service);
  });

  test('with its environment', () => {
    const tags = [{ key: 'deployment.environment.name', value: 'prod' }];
    expect(serviceOfTrace({ spans: [{ process: { serviceName: 'a', tags } }] })).toEqual({
      service: 'a',
      environment: 'prod',
    });
  });
});

describe('serviceOfPanel', () => {
  const data = (...names: (string | undefined)[]) => ({
    data: {
      series: names.map((name) => ({
        fields: [{}, { labels: name === undefined ? {} : { service_name: name } }],
      })),
    },
  });

  test.each<[string, unknown, string, string | undefined]>([
    ['no context', undefined, '', undefined],
    ['its variable', undefined, '?var-service=a', 'a'],
    ['its variable before its data', data('b'), '?var-service=a', 'a'],
    ['several in the variable, one in the data', data('b'), '?var-service=a&var-service=c', 'b'],
    ['all, and several in the data', data('a', 'b'), '?var-service=$__all', undefined],
    ['all', undefined, '?var-service=All', undefined],
    ['one in the data', data('a', 'a', undefined), '', 'a'],
    ['several in the data', data('a', 'b'), '', undefined],
  ])('%s', (_, context, search, service) => {
    expect(serviceOfPanel(context, search)?.service).toBe(service);
  });

  test.each([
    ['&var-environment=prod', 'prod'],
    ['&var-environment=$__all', undefined],
    ['&var-environment=a&var-environment=b', undefined],
  ])('environment of %s', (search, environment) => {
    expect(serviceOfPanel(undefined, `?var-service=x${search}`)?.environment).toBe(environment);
  });
});
