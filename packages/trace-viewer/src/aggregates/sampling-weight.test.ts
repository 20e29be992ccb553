import { describe, expect, test } from 'vitest';
import { samplingWeight } from './sampling-weight.ts';

describe('samplingWeight', () => {
  test.each([
    ['', 1],
    ['ot=th:0', 1],
    ['ot=th:8', 2],
    ['ot=th:c', 4],
    ['ot=th:e6666666666668', 10],
    ['vendor=x,ot=rv:0123456789abcd;th:8', 2],
    ['ot=th:8;rv:0123456789abcd,vendor=y', 2],
    ['vendor=th:8', 1],
    ['notot=th:8', 1],
    ['ot=xth:8', 1],
    ['ot=th:8g', 1],
    ['ot=th:0123456789abcde', 1],
    ['ot=th:', 1],
    ['ot=th:ffffffffffffff', 2 ** 56],
    ['ot=th:fffffffffffff8', 2 ** 53],
  ])('%j: %d', (traceState, weight) => {
    expect(samplingWeight(traceState)).toBeCloseTo(weight, 9);
  });
});
