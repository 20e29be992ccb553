import { channel } from 'node:diagnostics_channel';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFailureReport, onChannels } from './built-in-instrumentation.ts';

const error = vi.fn();
beforeEach(() => {
  error.mockClear();
  diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, { logLevel: DiagLogLevel.ERROR });
});
afterEach(() => diag.disable());

describe('onChannels', () => {
  it('listens between enable and disable, once however often they are called', () => {
    const got: unknown[] = [];
    const instrumentation = onChannels('test', createFailureReport('test'), {
      'uat.a': (message: number) => void got.push(['a', message]),
      'uat.b': (message: number) => void got.push(['b', message]),
    });
    expect(instrumentation.name).toBe('test');
    channel('uat.a').publish(1);
    instrumentation.enable();
    instrumentation.enable();
    channel('uat.a').publish(2);
    channel('uat.b').publish(3);
    instrumentation.disable();
    instrumentation.disable();
    channel('uat.a').publish(4);
    expect(channel('uat.a').hasSubscribers || channel('uat.b').hasSubscribers).toBe(false);
    instrumentation.enable();
    channel('uat.b').publish(5);
    instrumentation.disable();
    expect(got).toEqual([
      ['a', 2],
      ['b', 3],
      ['b', 5],
    ]);
  });

  it('keeps what listeners throw from the publisher, tells the first of it, and goes on', () => {
    const failure = new Error('ours');
    const listener = vi.fn((_: number) => {
      throw failure;
    });
    const instrumentation = onChannels('test', createFailureReport('test'), { 'uat.a': listener });
    instrumentation.enable();
    try {
      // Node would throw it in the next tick, where vitest would see it.
      channel('uat.a').publish(1);
      channel('uat.a').publish(2);
    } finally {
      instrumentation.disable();
    }
    expect(listener.mock.calls.map(([message]) => message)).toEqual([1, 2]);
    expect(error.mock.calls).toEqual([
      ['The test instrumentation failed on uat.a; the app is not affected.', failure],
    ]);
  });
});
