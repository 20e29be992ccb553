import { expect, test } from 'vitest';
import { NewestQuestion } from './newest-question.ts';

test('an answer that comes after a newer question is dropped', () => {
  const questions = new NewestQuestion();
  const first = questions.ask();
  const second = questions.ask();
  expect(first()).toBe(false);
  expect(questions.waiting).toBe(true);
  expect(second()).toBe(true);
  expect(questions.waiting).toBe(false);
});

test('nothing counts after it was dropped', () => {
  const questions = new NewestQuestion();
  const counts = questions.ask();
  questions.drop();
  expect(questions.waiting).toBe(false);
  expect(counts()).toBe(false);
});
