import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../diagnostics/log.ts';
import { createDeliveryLog } from './delivery-log.ts';

const MINUTE = 60_000;
let said: string[];

function deliveryLog() {
  return createDeliveryLog({
    log: createLog(
      'info',
      (text) => text,
      (line) => said.push(line.trim()),
    ),
    destination: 'http://localhost:4318/v1/traces',
    queued: () => 7,
    capacity: 100,
  });
}

beforeEach(() => {
  said = [];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('an outage is said once, summed up once a minute, and its end is said', () => {
  const log = deliveryLog();
  for (let i = 0; i < 100; i++) log.failed('connect ECONNREFUSED', false);
  expect(said).toEqual([
    '[uat-tracing] warning: cannot deliver spans to http://localhost:4318/v1/traces: connect ECONNREFUSED; up to 100 are kept and retried, the app goes on',
  ]);
  log.dropped('queue_full', 3);
  vi.advanceTimersByTime(2 * MINUTE);
  expect(said.slice(1)).toEqual([
    '[uat-tracing] warning: still cannot deliver spans to http://localhost:4318/v1/traces after 1 min: connect ECONNREFUSED; 7 waiting, 3 dropped (queue_full)',
    '[uat-tracing] warning: still cannot deliver spans to http://localhost:4318/v1/traces after 2 min: connect ECONNREFUSED; 7 waiting, 3 dropped (queue_full)',
  ]);
  vi.advanceTimersByTime(5_000);
  log.delivered();
  log.delivered();
  expect(said.slice(3)).toEqual([
    '[uat-tracing] warning: delivering spans to http://localhost:4318/v1/traces again after 2 min 5 s; 3 dropped (queue_full)',
  ]);
  vi.advanceTimersByTime(10 * MINUTE);
  expect(said).toHaveLength(4);
});

test('a backend that flaps does not fill the log', () => {
  const log = deliveryLog();
  for (let i = 0; i < 50; i++) {
    log.failed('HTTP 503', false);
    log.delivered();
    vi.advanceTimersByTime(100);
  }
  expect(said).toHaveLength(2);
});

test('a full queue behind a healthy backend is said once, then once a minute while it goes on', () => {
  const log = deliveryLog();
  for (let i = 0; i < 1000; i++) log.dropped('queue_full', 1);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('the span queue is full (7 spans waiting for http://localhost:4318/v1/traces)');
  vi.advanceTimersByTime(MINUTE);
  expect(said[1]).toContain('spans were dropped in the last minute: 1000 dropped (queue_full)');
  vi.advanceTimersByTime(5 * MINUTE);
  expect(said).toHaveLength(2);
});

test('what is refused for good is not promised to be retried', () => {
  deliveryLog().failed('HTTP 401', true);
  expect(said[0]).toMatch(/HTTP 401; these spans are dropped and counted, the app goes on$/);
});
