/**
 * The methods that the HTTP conventions know; any other becomes `_OTHER`, since clients can send what they like. The
 * conventions ask for this variable wherever a valid method (WebDAV's, say) could be lost that way.
 */
const KNOWN = new Set(
  process.env.OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS?.split(',')
    .map((method) => method.trim())
    .filter((method) => method !== '') ?? [
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
  ],
);

export function isKnownMethod(method: string): boolean {
  return KNOWN.has(method);
}

/** First part of a span's name. */
export function methodForName(method: string): string {
  return KNOWN.has(method) ? method : 'HTTP';
}
