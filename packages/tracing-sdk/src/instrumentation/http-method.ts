/**
 * The methods that the HTTP conventions know; any other becomes `_OTHER`, since clients can send what they like. The
 * conventions ask for this variable wherever a valid method (WebDAV's, say) could be lost that way.
 */
const KNOWN = new Set(
  listed(process.env.OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS) ?? [
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

/** @returns undefined for a variable that is empty: it counts as not set, as OpenTelemetry's specification has it. */
function listed(variable: string | undefined): string[] | undefined {
  const methods = variable
    ?.split(',')
    .map((method) => method.trim())
    .filter((method) => method !== '');
  return methods?.length === 0 ? undefined : methods;
}

export function isKnownMethod(method: string): boolean {
  return KNOWN.has(method);
}

/** First part of a span's name. */
export function methodForName(method: string): string {
  return KNOWN.has(method) ? method : 'HTTP';
}
