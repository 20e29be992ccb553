/** The methods that HTTP semantic conventions know; any other becomes `_OTHER`, since clients can send what they like. */
const KNOWN = new Set([
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'CONNECT',
  'QUERY',
]);

export function isKnownMethod(method: string): boolean {
  return KNOWN.has(method);
}

/** First part of a span's name. */
export function methodForName(method: string): string {
  return KNOWN.has(method) ? method : 'HTTP';
}
