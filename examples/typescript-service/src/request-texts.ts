import { HttpError } from './serve.ts';

/** Characters. */
const LONGEST = { question: 2_000, answer: 20_000, model: 200 } as const;

/**
 * Reads texts from a request's body.
 *
 * @param names what it must have
 * @throws HttpError 400 that names the first one that is missing, empty or too long
 */
export function readTexts<const Name extends keyof typeof LONGEST>(
  body: unknown,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const texts = names.map((name) => {
    const text = given[name];
    if (typeof text !== 'string' || text.trim() === '')
      throw new HttpError(400, `'${name}' must be a text that is not empty, as in ${example(names)}`);
    if (text.length > LONGEST[name])
      throw new HttpError(
        400,
        `'${name}' has ${text.length} characters; it may have at most ${LONGEST[name]}`,
      );
    return [name, text.trim()] as const;
  });
  return Object.fromEntries(texts) as Record<Name, string>;
}

function example(names: readonly string[]): string {
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, '…'])));
}
