import { HttpError } from './serve.ts';

/** What came back for a prompt. */
export interface Completion {
  readonly text: string;
  readonly model: string;
  /** Tokens, as the router counts them. */
  readonly usage: unknown;
  /** Whether the router had passages of Qdrant's to go with the prompt. */
  readonly context: unknown;
}

/** Tokens that are asked for. */
export const MAX_TOKENS = 200;

/** Nothing came back: 503 when whoever was asked is away or busy, 504 when it took too long, 502 for anything else. */
export class CompletionError extends HttpError {
  override readonly name = 'CompletionError';
}

/** @throws CompletionError 502 when it is none */
export function readCompletion(from: string, value: unknown): Completion {
  const { text, model, usage, context } = (value ?? {}) as Partial<Completion>;
  if (typeof text !== 'string' || typeof model !== 'string')
    throw new CompletionError(502, `${from} has answered, but with no completion`);
  return { text, model, usage: usage ?? null, context: context ?? null };
}
