/**
 * What a failed call says about itself. The clients' errors hide most of it: every HTTP failure is called `Error` and
 * its message is `Bad Request`; the reason is in `data.status.error`, the code of a refused connection in `cause`.
 */
import { maskEchoedValues } from './echoed-values.ts';

export interface Failure {
  /** `error.type`: the status code if there is one, else the name of the innermost known error. */
  readonly type: string;
  /** `db.response.status_code`; only what the server answered. */
  readonly statusCode: string | undefined;
  /** For the span's status. */
  readonly description: string | undefined;
  /** A rate limit was hit: the wait that the server asks for has to be looked up. */
  readonly rateLimited: boolean;
}

/** The parts of the clients' errors that are looked at. */
interface ErrorParts {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly statusText?: unknown;
  readonly data?: unknown;
  readonly headers?: unknown;
  readonly rawMessage?: unknown;
  readonly cause?: unknown;
  readonly constructor?: { readonly name?: unknown };
}

const MAX_DESCRIPTION = 512;

/**
 * @param error what the app gets; it is not touched.
 * @param request the body that was sent, to take its values out of what the server repeats.
 * @param seconds how long the call took.
 */
export function describeFailure(error: unknown, request: unknown, seconds: number): Failure {
  try {
    return cut(describe(error, request, seconds));
  } catch {
    // An error with getters that throw.
    return { type: '_OTHER', statusCode: undefined, description: undefined, rateLimited: false };
  }
}

function cut(failure: Failure): Failure {
  const { description } = failure;
  return description === undefined || description.length <= MAX_DESCRIPTION
    ? failure
    : { ...failure, description: `${description.slice(0, MAX_DESCRIPTION - 1)}…` };
}

function describe(error: unknown, request: unknown, seconds: number): Failure {
  if (typeof error !== 'object' || error === null) return failure('_OTHER');
  const parts = error as ErrorParts;
  if (typeof parts.rawMessage === 'string' && typeof parts.code === 'number')
    return describeGrpc(parts, parts.rawMessage, request, seconds);
  if (typeof parts.status === 'number') return describeHttp(parts, parts.status, request);
  const name = nameOf(parts);
  if (name === 'QdrantClientResourceExhaustedError') {
    return failure('429', '429', String(parts.message), true);
  }
  if (name === 'QdrantClientTimeoutError') {
    return failure(
      name,
      undefined,
      `no answer within the client's timeout, given up after ${seconds.toFixed(3)} s`,
    );
  }
  if (name === 'QdrantClientUnexpectedResponseError') {
    // "Unexpected Response: 202 (Accepted)\nRaw response content: …": the status stands nowhere else, and the content
    // is the app's.
    const [firstLine = ''] = String(parts.message).split('\n', 1);
    const status = /^Unexpected Response: (\d{3})\b/.exec(firstLine)?.[1];
    return failure(status ?? name, status, firstLine);
  }
  const cause = systemCause(parts);
  if (cause !== undefined) return failure(cause.code, undefined, cause.message);
  // Of other errors only those that V8 throws on bad arguments are known to hold no value of the app.
  const message = String(parts.message);
  const safe = SAFE_MESSAGE.test(message) ? message : undefined;
  return failure(name, undefined, safe);
}

const SAFE_MESSAGE =
  /^(?:Cannot (?:destructure|read) propert|Result came uninitialized$|fetch failed$|terminated$)/;

function describeHttp(parts: ErrorParts, status: number, request: unknown): Failure {
  const { data } = parts;
  const reason = ((data as { status?: { error?: unknown } } | null)?.status?.error ?? data) as unknown;
  const statusText = typeof parts.statusText === 'string' ? parts.statusText : '';
  // A proxy's error page says less than its status.
  const said = typeof reason === 'string' && reason !== '' && !reason.trimStart().startsWith('<');
  const description = said ? maskEchoedValues(reason, request) : statusText;
  return failure(String(status), String(status), description, status === 429);
}

/** https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const GRPC_CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;

function describeGrpc(parts: ErrorParts, rawMessage: string, request: unknown, seconds: number): Failure {
  // The client's own error for a rate limit comes wrapped into one with code UNKNOWN.
  const inner = parts.cause as ErrorParts | undefined;
  if (typeof inner?.rawMessage === 'string' && typeof inner.code === 'number')
    return describeGrpc(inner, inner.rawMessage, request, seconds);
  const code = parts.code as number;
  const name = GRPC_CODES[code] ?? String(code);
  const cause = systemCause(parts);
  if (cause !== undefined) return failure(cause.code, undefined, cause.message);
  // Without headers from the server it was the client that gave up.
  if ((code === CANCELLED || code === DEADLINE_EXCEEDED) && !isAnswered(parts))
    return failure(name, undefined, `given up by the client after ${seconds.toFixed(3)} s`);
  return failure(name, name, maskEchoedValues(rawMessage, request), code === RESOURCE_EXHAUSTED);
}

function isAnswered(parts: ErrorParts): boolean {
  const metadata = (parts as { metadata?: { has?: (name: string) => boolean } }).metadata;
  return metadata?.has?.('grpc-status') === true;
}

function failure(type: string, statusCode?: string, description?: string, rateLimited = false): Failure {
  return { type, statusCode, description: description === '' ? undefined : description, rateLimited };
}

/** `ECONNREFUSED`, `ENOTFOUND`, `UND_ERR_SOCKET` …: the innermost error that has such a code. */
function systemCause(parts: ErrorParts): { code: string; message: string } | undefined {
  let found: { code: string; message: string } | undefined;
  let current: unknown = parts;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    const { code, message, cause } = current as ErrorParts;
    if (
      typeof code === 'string' &&
      /^(?:E[A-Z]|UND_ERR_|ERR_(?:TLS|SSL|HTTP2)_|CERT_|[A-Z]+_CERT)/.test(code)
    )
      found = { code, message: typeof message === 'string' && message !== '' ? message : code };
    current = cause;
  }
  return found;
}

/** Every HTTP failure of the client is called `Error`, of a class without a name. */
function nameOf(parts: ErrorParts): string {
  const { name } = parts;
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name.slice(0, 80);
  const className = parts.constructor?.name;
  return typeof className === 'string' && className !== '' ? className.slice(0, 80) : 'Error';
}
