/** `error.type` of the conventions: low in cardinality, the code of a system error before the name of its class. */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  // `TypeError: fetch failed` says nothing; the cause is ECONNREFUSED.
  const causeCode = (cause as { code?: unknown } | null | undefined)?.code;
  if (typeof causeCode === 'string' && causeCode !== '') return causeCode;
  return typeof name === 'string' && name !== '' ? name : '_OTHER';
}
