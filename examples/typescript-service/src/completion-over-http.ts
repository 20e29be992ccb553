import { type Completion, CompletionError, MAX_TOKENS, readCompletion } from './completion.ts';

const NAME = 'the LLM router';

/**
 * Asks the router itself. The span, and the trace context in the headers, are those of `fetch`.
 *
 * @param url of the router
 * @throws CompletionError
 */
export async function completeOverHttp(
  url: string,
  prompt: string,
  timeoutMillis: number,
): Promise<Completion> {
  const { status, body } = await fetch(new URL('/v1/completions', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt, max_tokens: MAX_TOKENS }),
    signal: AbortSignal.timeout(timeoutMillis),
  })
    .then(async (response) => ({
      status: response.status,
      body: (await response.json().catch((error: Error) => {
        if (error.name === 'TimeoutError') throw error;
      })) as Answer | undefined,
    }))
    .catch((error: Error & { cause?: { code?: string } }) => {
      if (error.name === 'TimeoutError')
        throw new CompletionError(504, `${NAME} has not answered within ${timeoutMillis} ms`);
      throw new CompletionError(
        503,
        `${NAME} at ${url} is not reachable (${error.cause?.code ?? error.message})`,
      );
    });
  if (status !== 200) {
    const reason = `${NAME} has answered ${status}: ${body?.error?.message ?? 'without a reason'}`;
    throw new CompletionError(status === 429 || status === 503 ? 503 : status === 504 ? 504 : 502, reason);
  }
  return readCompletion(NAME, { ...body, text: body?.choices?.[0]?.text });
}

interface Answer {
  readonly choices?: readonly { readonly text?: string }[];
  readonly model?: string;
  readonly usage?: unknown;
  readonly context?: unknown;
  readonly error?: { readonly message?: string };
}
