import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Keys {
  readonly apiKey: string | undefined;
  readonly readOnlyApiKey: string | undefined;
}

export type Access = 'all' | 'read' | 'no key' | 'wrong key';

/** Paths that the server answers without a key. */
export function needsNoKey(path: string): boolean {
  return path === '/' || path === '/healthz' || path.startsWith('/readyz') || path.startsWith('/livez');
}

export function accessOf(headers: IncomingHttpHeaders, { apiKey, readOnlyApiKey }: Keys): Access {
  if (apiKey === undefined && readOnlyApiKey === undefined) return 'all';
  const bearer = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1];
  const key = headers['api-key'] ?? bearer;
  if (typeof key !== 'string') return 'no key';
  if (apiKey !== undefined && isSame(key, apiKey)) return 'all';
  return readOnlyApiKey !== undefined && isSame(key, readOnlyApiKey) ? 'read' : 'wrong key';
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
