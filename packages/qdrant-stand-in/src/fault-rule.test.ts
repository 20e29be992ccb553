import { describe, expect, test } from 'vitest';
import { checkFaultRule, errorText } from './fault-rule.ts';

describe('a rule that is none is refused with what is wrong and what is allowed', () => {
  const refused: readonly (readonly [rule: unknown, words: readonly string[]])[] = [
    [undefined, ['expected an object', 'undefined']],
    [null, ['expected an object', 'null']],
    ['429', ['expected an object', '"429"']],
    [[], ['expected an object', '[]']],
    [{}, ['nothing goes wrong', 'delayMs, answer, cut or waitTimeout']],
    [{ path: '/x', times: 2 }, ['nothing goes wrong']],
    [{ delayMs: 0, waitTimeout: false }, ['nothing goes wrong']],
    [{ delay: 5 }, ['unknown key "delay"', 'delayMs']],
    [{ toString: 1 }, ['unknown key "toString"']],
    [{ method: 5, delayMs: 1 }, ['method must be a string', 'got 5']],
    [{ path: 5, delayMs: 1 }, ['path must be a path', 'got 5']],
    [{ path: 'collections/docs', delayMs: 1 }, ['begins with /', '"collections/docs"']],
    [{ collection: ['docs'], delayMs: 1 }, ['collection must be a string', '["docs"]']],
    [{ times: -1, delayMs: 1 }, ['times must be a whole number from 0', 'got -1']],
    [{ times: 1.5, delayMs: 1 }, ['times must be a whole number from 0', 'got 1.5']],
    [{ delayMs: '5' }, ['delayMs must be a whole number of milliseconds', 'got "5"']],
    [{ delayMs: 2 ** 31 }, ['delayMs', 'to 2147483647', 'got 2147483648']],
    [{ cut: true }, ['cut must be "before-answer" or "in-answer"', 'got true']],
    [{ waitTimeout: 'yes' }, ['waitTimeout must be true or false', 'got "yes"']],
    [{ answer: 429 }, ['answer must be an object with a status', 'got 429']],
    [{ answer: {} }, ['answer needs a status', '400 to 599']],
    [{ answer: { status: 200 } }, ['answer.status must be from 400 to 599', 'got 200']],
    [{ answer: { status: 600 } }, ['answer.status must be from 400 to 599', 'got 600']],
    [{ answer: { status: 429, retry_after: 3 } }, ['unknown key "answer.retry_after"', 'retryAfter']],
    [{ answer: { status: 429, retryAfter: 0.5 } }, ['answer.retryAfter must be whole seconds', 'got 0.5']],
    [{ answer: { status: 429, error: 5 } }, ['answer.error must be a string', 'got 5']],
    [{ answer: { status: 500 }, cut: 'in-answer' }, ['takes the place of the work', 'leave out cut']],
    [{ answer: { status: 500 }, waitTimeout: true }, ['takes the place', 'leave out waitTimeout']],
  ];

  test.each(refused)('%j', (rule, words) => {
    let message = '';
    try {
      checkFaultRule(rule);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      message = (error as TypeError).message;
    }
    expect(message).toMatch(/^fault rule: /);
    for (const word of words) expect(message).toContain(word);
  });
});

test.each([
  { delayMs: 1 },
  { delayMs: 2 ** 31 - 1, times: 0 },
  { answer: { status: 400 } },
  { answer: { status: 599, error: '', retryAfter: 0 }, delayMs: 5 },
  { cut: 'before-answer', method: 'post', path: '**', collection: 'docs' },
  { waitTimeout: true, times: undefined },
])('%j is a rule', (rule) => {
  expect(() => checkFaultRule(rule)).not.toThrow();
});

test.each([
  [{ status: 429 }, 'Rate limiting exceeded: Read rate limit exceeded, retry later'],
  [{ status: 503 }, 'Shard temporarily unavailable: The stand-in was told to be unavailable'],
  [{ status: 500 }, 'The stand-in was told to answer 500'],
  [{ status: 503, error: 'mine' }, 'mine'],
])('the text of %j', (answer, text) => {
  expect(errorText(answer)).toBe(text);
});
