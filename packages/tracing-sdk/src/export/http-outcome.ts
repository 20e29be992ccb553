import type { SendOutcome } from './batch-sink.ts';
import type { PartialSuccess } from './otlp-encoding.ts';
import { parseRetryAfter } from './retry-delay.ts';

/** OTLP/HTTP, "Retryable Response Codes", plus 408: the receiver saw no complete request. */
const RETRYABLE = new Set([408, 429, 502, 503, 504]);
/** Characters of an error body that are worth a log line. */
const MAX_REASON_LENGTH = 200;

const REDIRECT_HINT = 'redirects are not followed: set the endpoint to the final address';

const HINTS: Readonly<Record<number, string>> = {
  301: REDIRECT_HINT,
  302: REDIRECT_HINT,
  307: REDIRECT_HINT,
  308: REDIRECT_HINT,
  401: 'check OTEL_EXPORTER_OTLP_HEADERS',
  403: 'check OTEL_EXPORTER_OTLP_HEADERS',
  404: 'is this an OTLP/HTTP receiver? OTLP/gRPC usually listens on 4317, OTLP/HTTP on 4318 under /v1/traces',
  405: 'is this an OTLP/HTTP receiver?',
  413: 'lower batch.maxExportBatchSize or raise the receiver’s limit',
  415: 'try protocol http/json or compression none',
};

/** What an answer to an OTLP/HTTP request means for the batch. */
export function httpOutcome(
  status: number,
  retryAfter: string | undefined,
  body: Buffer,
  decodePartialSuccess: (body: Uint8Array) => PartialSuccess | undefined,
  contentType?: string,
): SendOutcome {
  if (status >= 200 && status < 300) {
    // A login page, or a web server that answers every path: nobody has taken the spans.
    if (contentType?.toLowerCase().startsWith('text/html')) {
      return {
        kind: 'refused',
        reason: `HTTP ${status} with a web page, so no OTLP receiver; check the endpoint`,
      };
    }
    const partial = decodePartialSuccess(body);
    return partial === undefined
      ? { kind: 'delivered', rejected: 0 }
      : { kind: 'delivered', rejected: partial.rejected, message: partial.message };
  }
  const said = printable(body);
  const hint = HINTS[status];
  const reason = [`HTTP ${status}`, said, hint === undefined ? '' : `(${hint})`]
    .filter((part) => part !== '')
    .join(' ');
  if (RETRYABLE.has(status)) return { kind: 'retry', reason, retryAfterMillis: parseRetryAfter(retryAfter) };
  return { kind: 'refused', reason };
}

/** The answer's text, when it is one: protobuf bodies and control characters are left out of log lines. */
function printable(body: Buffer): string {
  const text = body
    .subarray(0, 4 * MAX_REASON_LENGTH)
    .toString('utf8')
    .trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  if (/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text)) return '';
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > MAX_REASON_LENGTH ? `${line.slice(0, MAX_REASON_LENGTH)}…` : line;
}
