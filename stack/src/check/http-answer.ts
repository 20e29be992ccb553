import { Problem } from './problem.ts';

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** Of the whole exchange, milliseconds. Default: 5000. */
  readonly timeoutMillis?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const TIMEOUT_MILLIS = 5000;
/** A collector's metrics page is below 1 MB, and the traces that we ask for are a few KB. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * One HTTP exchange. Any status is an answer; redirects are not followed, since a password must not be.
 *
 * @throws Problem when there is no answer: it passes after a time-out, not when nothing listens there.
 */
export async function httpAnswer(url: string, request: HttpRequest): Promise<HttpAnswer> {
  const { method = 'GET', json, timeoutMillis = TIMEOUT_MILLIS } = request;
  const timeout = AbortSignal.timeout(timeoutMillis);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...request.headers },
      body: json === undefined ? request.body : JSON.stringify(json),
      redirect: 'manual',
      signal: AbortSignal.any([request.signal, timeout]),
    });
    return { status: response.status, text: await readText(response) };
  } catch (error) {
    request.signal.throwIfAborted();
    if (error instanceof Problem) throw error;
    if (timeout.aborted) {
      throw new Problem(`${place(url)} did not answer within ${timeoutMillis / 1000} s`, { passing: true });
    }
    throw unreachable(url, error);
  }
}

/** @throws Problem for any status but 200, which passes for those of a server that is starting or busy. */
export async function okAnswer(url: string, request: HttpRequest): Promise<string> {
  const { status, text } = await httpAnswer(url, request);
  if (status === 200) return text;
  throw refusal(url, { status, text });
}

/** @throws Problem for any status but 200, and for what is no JSON. */
export async function jsonAnswer(url: string, request: HttpRequest): Promise<unknown> {
  return parseJson(url, await okAnswer(url, request));
}

export function parseJson(url: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(`${place(url)} answered with something that is no JSON: ${excerpt(text)}`);
  }
}

export function refusal(url: string, { status, text }: HttpAnswer): Problem {
  const said = excerpt(text);
  return new Problem(`${place(url)} answered ${status}${said === '' ? '' : `: ${said}`}`, {
    passing: status === 429 || (status >= 500 && status !== 501),
  });
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Problem(`${place(response.url)} answered with more than 32 MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(url: string, error: unknown): Problem {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = String((cause as NodeJS.ErrnoException)?.code ?? '');
  const { hostname } = new URL(url);
  if (code === 'ECONNREFUSED') return new Problem(`nothing listens at ${place(url)} (connection refused)`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new Problem(
      `the name ${hostname} does not resolve; outside of the compose network use 127.0.0.1 instead`,
    );
  }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return new Problem(`no route to ${place(url)} (${code})`);
  const message = cause instanceof Error ? cause.message : String(cause);
  if (code.startsWith('HPE_') || /does not match the HTTP/.test(message))
    return new Problem(`what listens at ${place(url)} does not speak HTTP: ${message}`);
  // A connection that was cut may be a part that restarts.
  const cut = code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' || code === 'EPIPE';
  return new Problem(
    `${place(url)}: ${message}${code === '' || message.includes(code) ? '' : ` (${code})`}`,
    {
      passing: cut,
    },
  );
}

/** Where and what, without credentials and query. */
function place(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}

function excerpt(text: string): string {
  return text.slice(0, 160).replace(/\s+/g, ' ').trim();
}
