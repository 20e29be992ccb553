import type { IncomingMessage } from 'node:http';

/** What Express, and frameworks made like it, leave on the request once a route has matched. */
interface RoutedRequest extends IncomingMessage {
  readonly route?: { readonly path?: unknown };
  /** Where the router is mounted, as the client spelled it. */
  readonly baseUrl?: unknown;
  readonly originalUrl?: unknown;
  readonly params?: unknown;
}

/**
 * The route template that served the request, for frameworks that leave it on the request itself; the others have
 * instrumentation packages that say it.
 *
 * @returns `/users/:id`, or undefined.
 */
export function frameworkRoute(request: IncomingMessage): string | undefined {
  const { route } = request as RoutedRequest;
  const path = route?.path;
  let template: string;
  if (typeof path === 'string') template = path;
  else if (path instanceof RegExp || Array.isArray(path)) template = String(path);
  else return undefined;

  const mount = mountOf(request, template);
  if (mount === '') return template === '' ? '/' : template;
  if (tooManyMounts(route as object, mount)) return undefined;
  return template === '/' ? mount : mount + template;
}

function mountOf(request: RoutedRequest, template: string): string {
  const { baseUrl, originalUrl, params } = request;
  if (typeof baseUrl === 'string' && baseUrl !== '') return withParameterNames(baseUrl, params, template);
  // When a handler has failed, Express has taken `baseUrl` and the parameters back before the app's error handler answers.
  if (typeof originalUrl !== 'string' || !PLAIN_TEMPLATE.test(template)) return '';
  const mount = leadingSegments(originalUrl, template);
  return mount === '' ? '' : (namedMounts.find((named) => fits(named, mount)) ?? mount);
}

/** Literals and `:names` only: such a template matches as many segments as it has. */
const PLAIN_TEMPLATE = /^[\w\-.~%:/@]*$/;

/** What the path has in front of the segments that the template stands for. */
function leadingSegments(url: string, template: string): string {
  const query = url.indexOf('?');
  const segments = (query === -1 ? url : url.slice(0, query)).split('/').filter(Boolean);
  const matched = template.split('/').filter(Boolean).length;
  return segments.length <= matched ? '' : `/${segments.slice(0, segments.length - matched).join('/')}`;
}

/** `/users/42` becomes `/users/:id` where the router merges its parent's parameters. */
function withParameterNames(mount: string, params: unknown, template: string): string {
  if (typeof params !== 'object' || params === null) return mount;
  let named = mount;
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== 'string' || value === '' || template.includes(`:${name}`)) continue;
    named = named
      .split('/')
      .map((segment) => (segment === value || segment === encodeURIComponent(value) ? `:${name}` : segment))
      .join('/');
  }
  if (named !== mount && namedMounts.length < MAX_NAMED_MOUNTS && !namedMounts.includes(named)) {
    namedMounts.push(named);
  }
  return named;
}

/** Mount paths with names in them, as met so far: `/users/:id`. An app has as many as it has routers. */
const namedMounts: string[] = [];
const MAX_NAMED_MOUNTS = 100;

function fits(named: string, mount: string): boolean {
  const names = named.split('/');
  const segments = mount.split('/');
  return (
    names.length === segments.length && names.every((name, i) => name.startsWith(':') || name === segments[i])
  );
}

/**
 * A mount path with a parameter in it that nobody names (`app.use('/:tenant', router)`) would be a new route for every
 * tenant; `http.route` has to be of low cardinality.
 */
const MAX_MOUNTS = 10;
const mountsOf = new WeakMap<object, Set<string>>();

function tooManyMounts(route: object, mount: string): boolean {
  let mounts = mountsOf.get(route);
  if (mounts === undefined) {
    mounts = new Set();
    mountsOf.set(route, mounts);
  }
  if (mounts.has(mount)) return false;
  if (mounts.size >= MAX_MOUNTS) return true;
  mounts.add(mount);
  return false;
}
