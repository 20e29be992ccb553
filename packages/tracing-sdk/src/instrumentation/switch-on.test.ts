import { DiagLogLevel, diag, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import { afterEach, expect, test, vi } from 'vitest';
import type { Instrumentation } from '../otel-contract.ts';
import { switchOn } from './switch-on.ts';

const TRACERS = {} as TracerProvider;
const METERS = {} as MeterProvider;

afterEach(() => diag.disable());

function recorder(extra: object = {}): Instrumentation & { calls: unknown[] } {
  const calls: unknown[] = [];
  return {
    instrumentationName: 'recorder',
    calls,
    enable: () => void calls.push('enable'),
    disable: () => void calls.push('disable'),
    setTracerProvider: (provider) => void calls.push(provider === TRACERS ? 'tracers' : provider),
    setMeterProvider: (provider) => void calls.push(provider === METERS ? 'meters' : provider),
    ...extra,
  };
}

test.each([
  ['one that says nothing of its state', {}, ['tracers', 'meters', 'enable']],
  ['one that has enabled itself', { isEnabled: (): boolean => true }, ['tracers', 'meters']],
  ['one that has not', { isEnabled: (): boolean => false, _enabled: true }, ['tracers', 'meters', 'enable']],
  ['an older one that has', { _enabled: true }, ['tracers', 'meters']],
  ['one without metrics', { setMeterProvider: undefined }, ['tracers', 'enable']],
])('%s gets its providers and is enabled once', (_, extra, calls) => {
  const instrumentation = recorder(extra);
  switchOn([instrumentation], TRACERS, METERS);
  expect(instrumentation.calls).toEqual(calls);
});

test('the undo function disables each once', () => {
  const instrumentation = recorder();
  const undo = switchOn([instrumentation], TRACERS);
  undo();
  undo();
  expect(instrumentation.calls).toEqual(['tracers', 'enable', 'disable']);
});

test('one that throws is reported and left out; the others go on, there and back', () => {
  const error = vi.fn();
  diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
  const fail = (): never => {
    throw new Error('no');
  };
  const broken = recorder({ instrumentationName: 'broken', enable: fail });
  const stuck = recorder({ instrumentationName: 'stuck', disable: fail });
  const good = recorder();
  switchOn([broken, stuck, good], TRACERS)();
  expect(broken.calls).toEqual(['tracers']);
  expect(good.calls).toEqual(['tracers', 'enable', 'disable']);
  expect(error.mock.calls.map(([message]) => message as unknown)).toEqual([
    'The instrumentation broken could not be switched on; the others go on.',
    'The instrumentation stuck could not be switched off; the others go on.',
  ]);
});
