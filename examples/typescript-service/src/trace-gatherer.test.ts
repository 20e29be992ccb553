import { expect, test } from 'vitest';
import { receivedSpan } from './received-span.fixture.ts';
import { createTraceGatherer } from './trace-gatherer.ts';

function gather() {
  let time = 0;
  const traces: string[][] = [];
  const gatherer = createTraceGatherer({
    onTrace: (spans) => traces.push(spans.map((span) => span.name)),
    quietMillis: 1000,
    now: () => time,
  });
  return { gatherer, traces, pass: (millis: number) => (time += millis) };
}

const span = (trace: string, name: string) =>
  receivedSpan({ id: '1', name, traceId: trace.padStart(32, '0') });

test('hands a trace out once it has been quiet, with the spans of every batch', () => {
  const { gatherer, traces, pass } = gather();
  gatherer.add([span('1', 'a'), span('2', 'x')]);
  pass(900);
  gatherer.add([span('1', 'b')]);
  pass(900);
  gatherer.handOut();
  expect(traces).toEqual([['x']]);
  pass(100);
  gatherer.handOut();
  gatherer.handOut();
  expect(traces).toEqual([['x'], ['a', 'b']]);
});

test('finish() hands out what is left', () => {
  const { gatherer, traces } = gather();
  gatherer.add([span('1', 'a')]);
  gatherer.finish();
  gatherer.finish();
  expect(traces).toEqual([['a']]);
});

test('holds 1000 traces at most, and 5000 spans of each', () => {
  const { gatherer, traces } = gather();
  for (let i = 1; i <= 1003; i++) gatherer.add([span(i.toString(16), `trace ${i}`)]);
  expect(traces).toEqual([['trace 1'], ['trace 2'], ['trace 3']]);
  gatherer.add(Array.from({ length: 6000 }, () => span('4', 'more')));
  gatherer.finish();
  expect(traces[3]).toHaveLength(5000);
});
