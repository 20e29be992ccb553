import { expect, test } from 'vitest';
import { receivedSpan } from '../../../packages/trace-viewer/src/traces/received-span.fixture.ts';
import { createTraceJudge } from './interesting-traces.ts';

const trace = (ms: number, failed = false) => [
  receivedSpan({ id: '1', ms, kind: 1 }),
  receivedSpan({ id: '2', parent: '1', at: 1, ms: 1, failed }),
];

test('the first trace, then failed and slow ones, each kind now and then', () => {
  let time = 0;
  const judge = createTraceJudge(() => time);
  expect(judge(trace(40))).toBe('first');
  expect(judge(trace(40))).toBeUndefined();
  expect(judge(trace(40, true))).toBe('failed');
  expect(judge(trace(40, true))).toBeUndefined();
  expect(judge(trace(400))).toBe('slow');
  expect(judge(trace(400))).toBeUndefined();
  time += 8000;
  expect(judge(trace(40, true))).toBe('failed');
  expect(judge(trace(40))).toBeUndefined();
});

test('the first one that asks a database, and none that is no request', () => {
  const judge = createTraceJudge(() => 0);
  const attributes = { 'db.system.name': 'qdrant' };
  expect(judge([receivedSpan({ id: '1', kind: 3, attributes })])).toBeUndefined();
  const search = [
    receivedSpan({ id: '1', kind: 1 }),
    receivedSpan({ id: '2', parent: '1', kind: 3, attributes }),
  ];
  expect(judge(search)).toBe('database');
  expect(judge(search)).toBeUndefined();
  expect(judge(trace(40))).toBe('first');
});

test('slow is four times the median, and at least 50 ms', () => {
  let time = 0;
  const judge = createTraceJudge(() => time);
  for (let i = 0; i < 10; i++) judge(trace(1));
  expect(judge(trace(49))).toBeUndefined();
  for (let i = 0; i < 50; i++) judge(trace(100));
  time += 8000;
  expect(judge(trace(399))).toBeUndefined();
  expect(judge(trace(401))).toBe('slow');
});
