import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { frameworkRoute } from './http-route.ts';

const routeOf = (request: object): string | undefined => frameworkRoute(request as IncomingMessage);

describe('frameworkRoute', () => {
  it.each<[string, object, string | undefined]>([
    ['no framework', {}, undefined],
    ['a route of another kind', { route: 'x' }, undefined],
    ['a path of another kind', { route: { path: 7 } }, undefined],
    ['a template', { route: { path: '/users/:id' }, baseUrl: '' }, '/users/:id'],
    ['a regular expression', { route: { path: /^\/a(b)?$/ }, baseUrl: '' }, '/^\\/a(b)?$/'],
    ['several templates', { route: { path: ['/a', '/b'] }, baseUrl: '' }, '/a,/b'],
    ['an empty template', { route: { path: '' } }, '/'],
    ['the root', { route: { path: '/' }, originalUrl: '/' }, '/'],
    ['a mounted router', { route: { path: '/:id' }, baseUrl: '/api', originalUrl: '/api/7' }, '/api/:id'],
    ['the root of a mounted router', { route: { path: '/' }, baseUrl: '/api' }, '/api'],
    [
      'a mount path whose parameters are merged',
      {
        route: { path: '/orders/:order' },
        baseUrl: '/users/a%20b/x',
        params: { user: 'a b', order: 'x' },
        originalUrl: '/users/a%20b/x/orders/x',
      },
      '/users/:user/x/orders/:order',
    ],
    [
      'a mount path that Express has taken back after an error',
      { route: { path: '/items/:id' }, baseUrl: '', originalUrl: '/api/v1/items/7/?q=/a/b' },
      '/api/v1/items/:id',
    ],
    [
      'a template of which nobody can say how much it covers',
      { route: { path: '/files/*rest' }, baseUrl: '', originalUrl: '/files/a/b/c' },
      '/files/*rest',
    ],
    ['a trailing slash', { route: { path: '/a' }, baseUrl: '', originalUrl: '/a/' }, '/a'],
  ])('%s', (_, request, expected) => {
    expect(routeOf(request)).toBe(expected);
  });

  it('names the parameters of a mount path after an error too, once it has met them', () => {
    const failed = { route: { path: '/fail' }, baseUrl: '', originalUrl: '/shops/8/fail', params: {} };
    expect(routeOf(failed)).toBe('/shops/8/fail');
    const good = {
      route: { path: '/ok' },
      baseUrl: '/shops/7',
      originalUrl: '/shops/7/ok',
      params: { shop: '7' },
    };
    expect(routeOf(good)).toBe('/shops/:shop/ok');
    expect(routeOf(failed)).toBe('/shops/:shop/fail');
    expect(routeOf({ ...failed, originalUrl: '/bars/8/fail' })).toBe('/bars/8/fail');
  });

  it('stays low in cardinality when a mount path has a parameter that nobody names', () => {
    const route = { path: '/orders' };
    const routes = new Set(
      Array.from({ length: 500 }, (_, tenant) => routeOf({ route, baseUrl: `/tenant-${tenant}` })),
    );
    expect(routes.size).toBe(11);
    expect(routes).toContain(undefined);
    expect(routeOf({ route, baseUrl: '/tenant-0' })).toBe('/tenant-0/orders');
  });
});
