/** What a page can tell its reader, and act on. */
export type ProblemKind = 'forbidden' | 'not-found' | 'conflict' | 'unreachable' | 'failed';

export class ApiProblem extends Error {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ApiProblem';
    this.kind = kind;
  }
}

/** Grafana's `FetchError`, or whatever else was thrown. Its text is the server's: text, never markup. */
export function toApiProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (typeof error !== 'object' || error === null) return new ApiProblem('failed', String(error));
  const { status, data, message, statusText } = error as Readonly<Record<string, unknown>>;
  const text = textOf(data) ?? textOf({ message }) ?? textOf({ message: statusText }) ?? 'Unknown error';
  if (status === 401 || status === 403) return new ApiProblem('forbidden', text, error);
  if (status === 404) return new ApiProblem('not-found', text, error);
  if (status === 409 || status === 412) return new ApiProblem('conflict', text, error);
  if (status === 0 || status === 502 || status === 503 || status === 504)
    return new ApiProblem('unreachable', text, error);
  return new ApiProblem('failed', text, error);
}

function textOf(data: unknown): string | undefined {
  if (typeof data === 'string') return data.trim() === '' ? undefined : data;
  if (typeof data !== 'object' || data === null) return undefined;
  const { message, error } = data as Readonly<Record<string, unknown>>;
  return [message, error].find((text): text is string => typeof text === 'string' && text.trim() !== '');
}
