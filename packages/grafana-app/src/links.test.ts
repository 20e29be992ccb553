import { describe, expect, test } from 'vitest';
import { dashboardUrl, environmentAttributes, exploreUrl, jaegerUrl, serviceUrl, traceQl } from './links.ts';

const query = (url: string) => new URL(url, 'http://grafana').searchParams;

test.each([
  ['checkout', undefined, '/a/uat-tracing-app/services/checkout'],
  ['a/b c?', 'prod', '/a/uat-tracing-app/services/a%2Fb%20c%3F?environment=prod'],
])('page of %s', (service, environment, url) => {
  expect(serviceUrl(service, environment)).toBe(url);
});

test('a dashboard with the variables that are given', () => {
  const url = dashboardUrl('uat-service-overview', { service: 'a&b', environment: undefined }, 3);
  expect(url).toMatch(/^\/d\/uat-service-overview\?/);
  expect(Object.fromEntries(query(url))).toEqual({ 'var-service': 'a&b', viewPanel: '3' });
});

describe('Explore', () => {
  const first = (url: string) => JSON.parse(query(url).get('panes')!).uat.queries[0];

  test('TraceQL for Tempo', () => {
    const url = exploreUrl({ uid: 't', type: 'tempo' }, { service: 'x', failed: true });
    expect(first(url)).toMatchObject({
      datasource: { type: 'tempo', uid: 't' },
      queryType: 'traceql',
      query: '{ resource.service.name = "x" && status = error }',
    });
  });

  test('a search for Jaeger', () => {
    const url = exploreUrl(
      { uid: 'j', type: 'jaeger' },
      { service: 'x', failed: true, attributes: { 'db.collection.name': 'two words' } },
    );
    expect(first(url)).toMatchObject({
      queryType: 'search',
      service: 'x',
      tags: 'db.collection.name="two words" error=true',
    });
  });
});

describe('an environment', () => {
  const resource = environmentAttributes('deployment_environment_name', 'prod');

  test('in TraceQL', () => {
    expect(traceQl({ service: 'x', resource, attributes: { a: 'b' } })).toBe(
      '{ resource.service.name = "x" && resource.deployment.environment.name = "prod" && span.a = "b" }',
    );
  });

  test('in a search of Jaeger, within Grafana and in its own page', () => {
    const explore = exploreUrl({ uid: 'j', type: 'jaeger' }, { service: 'x', resource });
    expect(JSON.parse(query(explore).get('panes')!).uat.queries[0].tags).toBe(
      'deployment.environment.name=prod',
    );
    expect(query(jaegerUrl('https://j.example.org', 'x', resource)).get('tags')).toBe(
      '{"deployment.environment.name":"prod"}',
    );
  });

  test.each([
    ['deployment_environment', 'prod', { 'deployment.environment': 'prod' }],
    ['deployment_environment_name', '', {}],
    ['deployment_environment_name', undefined, {}],
    ['env', 'prod', {}],
  ])('%s=%s', (label, environment, attributes) => {
    expect(environmentAttributes(label, environment)).toEqual(attributes);
  });
});

test.each([
  [{}, '{}'],
  [{ service: 'say "hi"\\' }, '{ resource.service.name = "say \\"hi\\"\\\\" }'],
  [{ attributes: { 'db.collection.name': 'docs' } }, '{ span.db.collection.name = "docs" }'],
])('TraceQL of %j', (asked, text) => {
  expect(traceQl(asked)).toBe(text);
});

test('Jaeger, whatever its address ends with', () => {
  expect(jaegerUrl('https://j.example.org/ui/', 'a b')).toBe(
    'https://j.example.org/ui/search?service=a+b&lookback=1h',
  );
});
