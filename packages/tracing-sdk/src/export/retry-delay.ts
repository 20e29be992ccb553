/**
 * Exponential back-off of the OTLP specification (protocol/exporter, "Retry"), with jitter so that many instances do
 * not return at once.
 */
const FIRST_MILLIS = 500;
const FACTOR = 1.6;
const MAX_MILLIS = 15_000;
/** Share of the delay that is random, in both directions. */
const JITTER = 0.2;

/**
 * @param failures consecutive failed attempts, 1 or more.
 * @param retryAfterMillis what the backend asked for; never shortened.
 * @param random 0 to 1.
 * @returns milliseconds to wait before the next attempt.
 */
export function retryDelay(
  failures: number,
  retryAfterMillis: number | undefined,
  random = Math.random(),
): number {
  const backOff = Math.min(MAX_MILLIS, FIRST_MILLIS * FACTOR ** (failures - 1));
  const jittered = backOff * (1 - JITTER + 2 * JITTER * random);
  return Math.round(Math.max(jittered, retryAfterMillis ?? 0));
}

/**
 * `Retry-After` as RFC 9110 has it: seconds, or a date.
 *
 * @returns milliseconds from now, 0 for a date that has passed, undefined for anything that is neither.
 */
export function parseRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
