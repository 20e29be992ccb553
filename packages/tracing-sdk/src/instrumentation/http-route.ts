import type { IncomingMessage } from 'node:http';

/** What Express, and frameworks made like it, leave on the request once a route has matched. */
interface RoutedRequest extends IncomingMessage {
  readonly route?: { readonly path?: unknown };
  readonly baseUrl?: unknown;
}

/**
 * The route template that served the request, for frameworks that leave it on the request itself; the others have
 * instrumentation packages that say it.
 *
 * @returns `/users/:id`, or undefined.
 */
export function frameworkRoute(request: IncomingMessage): string | undefined {
  const { route, baseUrl } = request as RoutedRequest;
  const path = route?.path;
  if (typeof path !== 'string') return undefined;
  const prefix = typeof baseUrl === 'string' ? baseUrl : '';
  return path === '/' && prefix !== '' ? prefix : prefix + path;
}
