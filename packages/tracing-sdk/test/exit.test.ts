import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { closeBackends, startGrpcBackend } from '../src/export/otlp-grpc-backend.fixture.ts';
import { decodeTraces } from '../src/testing/otlp-decoder.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../src/testing/otlp-receiver.ts';

const SPANS = 1000;
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

let receiver: OtlpReceiver | undefined;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await receiver?.close();
  receiver = undefined;
});

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly millis: number;
}

async function run(
  app: string,
  way: string,
  environment: Record<string, string>,
  onReady?: (child: ChildProcess) => void,
): Promise<End> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [fixture(app), way], {
    env: { ...inherited, OTEL_LOG_LEVEL: 'warn', ...environment },
  });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  let endAsked = performance.now();
  child.stdout.on('data', () => {
    endAsked = performance.now();
    onReady?.(child);
    onReady = undefined;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stderr, millis: performance.now() - endAsked };
}

const kill = (signal: NodeJS.Signals) => (child: ChildProcess) => child.kill(signal);

const WAYS = [
  { way: 'natural' },
  { way: 'process.exit' },
  { way: 'uncaught error' },
  { way: 'unhandled rejection' },
  { way: 'signal', signal: 'SIGTERM' },
  { way: 'signal', signal: 'SIGINT' },
  { way: 'own handler, exit', signal: 'SIGTERM' },
  { way: 'own handler, close', signal: 'SIGTERM' },
  { way: 'own handler, once, before us', signal: 'SIGTERM' },
  { way: 'exit within an exit listener' },
  { way: 'exit listener sets the code' },
] as const;
const APPS = ['exit-app.mjs', 'exit-app.cjs'] as const;
const CASES = APPS.flatMap((app) => WAYS.map((how) => ({ app, signal: undefined, ...how })));

describe('nothing that was ended is lost, and the process ends as it would without tracing', () => {
  test.each(CASES)('$app, $way $signal', async ({ app, way, signal }) => {
    receiver = await startOtlpReceiver();
    const onReady = signal === undefined ? undefined : kill(signal);
    const without = await run(app, way, { WITHOUT_TRACING: '1' }, onReady);
    const traced = await run(app, way, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }, onReady);
    expect({ code: traced.code, signal: traced.signal }).toEqual({
      code: without.code,
      signal: without.signal,
    });
    expect(new Set(receiver.spans.map((span) => span.spanId)).size).toBe(SPANS);
  });

  test.each(['natural', 'process.exit'])('over gRPC: %s', async (way) => {
    const { url, got } = await startGrpcBackend((callback) => callback(null, Buffer.alloc(0)));
    await run('exit-app.mjs', way, { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    closeBackends();
    const spans = got.flatMap(({ body }) => decodeTraces(body, 'protobuf'));
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(SPANS);
  });

  test('spans that another exit listener ends are delivered', async () => {
    receiver = await startOtlpReceiver();
    await run('exit-app.mjs', 'spans in exit listener', { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(receiver.spans).toHaveLength(SPANS + 10);
  });

  test('a signal that comes twice, as npm forwards the terminal’s, loses nothing', async () => {
    receiver = await startOtlpReceiver({ respond: () => ({ delayMillis: 100 }) });
    const twice = (child: ChildProcess): void => {
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGINT'), 5);
    };
    const { signal } = await run(
      'exit-app.mjs',
      'signal',
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      twice,
    );
    expect(signal).toBe('SIGINT');
    expect(receiver.spans).toHaveLength(SPANS);
  });

  test('an app whose own handler stays alive stays alive, and its spans are delivered', async () => {
    receiver = await startOtlpReceiver();
    const running = run(
      'exit-app.mjs',
      'own handler, stays',
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      (child) => {
        child.kill('SIGTERM');
        child.stdout?.once('data', () => receiver?.waitForSpans(SPANS).then(() => child.kill('SIGKILL')));
      },
    );
    expect((await running).signal).toBe('SIGKILL');
    expect(receiver.spans).toHaveLength(SPANS);
  });
});

describe('when the spans cannot be delivered, the process still ends the same, and says what was lost', () => {
  test.each(CASES)('nobody listens: $app, $way $signal', async ({ app, way, signal }) => {
    const onReady = signal === undefined ? undefined : kill(signal);
    const without = await run(app, way, { WITHOUT_TRACING: '1' }, onReady);
    const traced = await run(app, way, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, onReady);
    expect({ code: traced.code, signal: traced.signal }).toEqual({
      code: without.code,
      signal: without.signal,
    });
    expect(traced.stderr).toMatch(/ECONNREFUSED/);
  });

  test.each(WAYS)('a backend that never answers: $way', async (how) => {
    const silent = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as net.AddressInfo;
    const onReady = 'signal' in how ? kill(how.signal) : undefined;
    const without = await run('exit-app.mjs', how.way, { WITHOUT_TRACING: '1' }, onReady);
    const traced = await run(
      'exit-app.mjs',
      how.way,
      { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
      onReady,
    );
    silent.close();
    expect({ code: traced.code, signal: traced.signal }).toEqual({
      code: without.code,
      signal: without.signal,
    });
    expect(traced.stderr).toContain(`${SPANS} spans could not be delivered`);
  });
});

test('after SIGKILL, at most one batch delay is lost', async () => {
  receiver = await startOtlpReceiver();
  const ended = run(
    'exit-app.mjs',
    'signal',
    { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '100' },
    (child) => {
      // Spans that ended a batch delay before the kill have arrived: 1,000 is one full batch and a part of one.
      void receiver?.waitForSpans(SPANS).then(() => child.kill('SIGKILL'));
    },
  );
  expect((await ended).signal).toBe('SIGKILL');
  expect(receiver.spans).toHaveLength(SPANS);
});
