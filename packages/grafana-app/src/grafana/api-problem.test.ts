import { describe, expect, test } from 'vitest';
import { ApiProblem, toApiProblem } from './api-problem.ts';

describe('toApiProblem', () => {
  test.each([
    [{ status: 403, data: { message: 'Permissions needed: x' } }, 'forbidden', 'Permissions needed: x'],
    [{ status: 401, data: {}, statusText: 'Unauthorized' }, 'forbidden', 'Unauthorized'],
    [{ status: 404, data: { message: '' }, statusText: 'Not Found' }, 'not-found', 'Not Found'],
    [{ status: 409, data: { error: 'taken' } }, 'conflict', 'taken'],
    [{ status: 412, data: 'changed meanwhile' }, 'conflict', 'changed meanwhile'],
    [{ status: 502, data: { message: 'bad gateway' } }, 'unreachable', 'bad gateway'],
    [{ status: 0, statusText: 'no connection' }, 'unreachable', 'no connection'],
    [{ status: 500 }, 'failed', 'Unknown error'],
    [new TypeError('no function'), 'failed', 'no function'],
    ['text', 'failed', 'text'],
    [undefined, 'failed', 'undefined'],
  ])('%j is %s', (error, kind, message) => {
    expect(toApiProblem(error)).toMatchObject({ kind, message });
  });

  test('leaves one as it is', () => {
    const problem = new ApiProblem('conflict', 'a');
    expect(toApiProblem(problem)).toBe(problem);
  });
});
