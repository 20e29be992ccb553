import { describe, expect, test } from 'vitest';
import { createRates, renderRates } from './rates.ts';
import { receivedSpan } from './received-span.fixture.ts';
import { samplingWeight } from './sampling-weight.ts';

const SERVER = 1;

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
  ])('%j: %d', (traceState, weight) => {
    expect(samplingWeight(traceState)).toBeCloseTo(weight, 9);
  });
});

describe('createRates', () => {
  const clock = () => {
    let time = 0;
    return { now: () => time, pass: (millis: number) => (time += millis) };
  };

  test('counts requests by service and operation, not the spans within', () => {
    const { now, pass } = clock();
    const rates = createRates({ now });
    rates.add([
      receivedSpan({ id: '1', name: 'GET /b', kind: SERVER, ms: 10 }),
      receivedSpan({ id: '2', name: 'GET /a', kind: SERVER, ms: 10, failed: true }),
      receivedSpan({ id: '3', name: 'GET /a', kind: SERVER, ms: 30 }),
      receivedSpan({ id: '4', name: 'handle', kind: 4, service: 'another', ms: 5 }),
      receivedSpan({ id: '5', name: 'inner' }),
    ]);
    pass(4000);
    expect(rates.current()).toEqual([
      { service: 'another', operation: 'handle', perSecond: 0.25, failed: 0, p50: 5e6, p95: 5e6, p99: 5e6 },
      {
        service: 'checkout',
        operation: 'GET /a',
        perSecond: 0.5,
        failed: 0.5,
        p50: 10e6,
        p95: 30e6,
        p99: 30e6,
      },
      {
        service: 'checkout',
        operation: 'GET /b',
        perSecond: 0.25,
        failed: 0,
        p50: 10e6,
        p95: 10e6,
        p99: 10e6,
      },
    ]);
  });

  test('gives percentiles by nearest rank', () => {
    const { now } = clock();
    const rates = createRates({ now });
    rates.add(
      Array.from({ length: 100 }, (_, i) => receivedSpan({ id: `${i}`, name: 'x', kind: SERVER, ms: i + 1 })),
    );
    expect(rates.current()[0]).toMatchObject({ p50: 50e6, p95: 95e6, p99: 99e6, perSecond: 100 });
  });

  test('weighs each request by its sampling threshold', () => {
    const { now, pass } = clock();
    const rates = createRates({ now });
    // One in ten of the good ones was kept, all of the failed ones.
    rates.add([
      receivedSpan({ id: '1', name: 'x', kind: SERVER, ms: 1, traceState: 'ot=th:e6666666666668' }),
      receivedSpan({ id: '2', name: 'x', kind: SERVER, ms: 9, traceState: 'ot=th:e6666666666668' }),
      ...[3, 4, 5, 6, 7].map((i) =>
        receivedSpan({ id: `${i}`, name: 'x', kind: SERVER, ms: 50, failed: true, traceState: 'ot=th:0' }),
      ),
    ]);
    pass(8000);
    const [rate] = rates.current();
    expect(rate?.perSecond).toBeCloseTo(25 / 8, 9);
    expect(rate?.failed).toBeCloseTo(0.2, 9);
    expect(rate).toMatchObject({ p50: 9e6, p95: 50e6 });
  });

  test('forgets what is older than the window', () => {
    const { now, pass } = clock();
    const rates = createRates({ now, windowMillis: 10_000 });
    rates.add([receivedSpan({ id: '1', name: 'old', kind: SERVER })]);
    pass(6000);
    rates.add([receivedSpan({ id: '2', name: 'new', kind: SERVER })]);
    pass(6000);
    expect(rates.current().map((rate) => rate.operation)).toEqual(['new']);
    pass(6000);
    expect(rates.current()).toEqual([]);
  });
});

test('renders a line an operation within 80 columns', () => {
  const orders = { service: 'checkout', operation: 'POST /orders', perSecond: 3.94, failed: 0.127 };
  const stock = {
    service: 'inventory',
    operation: 'GET /stock/:sku/with/a/long/path',
    perSecond: 123.4,
    failed: 0,
  };
  expect(
    renderRates([
      { ...orders, p50: 45.1e6, p95: 412e6, p99: 1.2e9 },
      { ...stock, p50: 800e3, p95: 230e6, p99: 231e6 },
    ]),
  ).toEqual([
    'checkout POST /orders      3.9/s   13% failed  p50 45.1 ms p95 412 ms p99 1.20 s',
    'inventory GET /stock/:s… 123.4/s    0% failed  p50 800 µs p95 230 ms p99 231 ms',
  ]);
  expect(renderRates([])).toEqual([]);
});
