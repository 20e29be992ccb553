import { afterEach, expect, test } from 'vitest';
import { initTracing, type Tracing, withSpan } from '../src/index.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../src/testing/otlp-receiver.ts';

let tracing: Tracing | undefined;
let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  await tracing?.shutdown();
  await receiver?.close();
});

test('exports to a receiver in the same process make no spans of their own', async () => {
  receiver = await startOtlpReceiver();
  tracing = initTracing('same process', { endpoint: receiver.url, logLevel: 'none' });
  for (const name of ['first', 'second', 'third']) {
    withSpan(name, () => {});
    await tracing.flush();
  }
  expect(receiver.spans.map((span) => span.name)).toEqual(['first', 'second', 'third']);
});
