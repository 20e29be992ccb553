import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeTraces, type ReceivedSpan } from '@uat/tracing-sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { CheckRow } from '../src/check/check-row.ts';
import type { CheckReport } from '../src/check/run-check.ts';
import { STACK_FOLDER } from '../src/compose/compose-file.ts';
import { type NativeStack, startNativeStack, type TraceSink } from '../src/native/index.ts';
import { overlayCollector } from '../src/native/overlay.ts';
import type { HttpStandIn } from './stand-ins/http-stand-in.ts';
import { startTraceStoreStandIn } from './stand-ins/trace-store-stand-in.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
/** Grafana is a container's affair, and the connector of the service graph cannot be built: see src/native/overlay.ts. */
const NOT_HERE = 'grafana,service-graph';

/** The query APIs of Jaeger and Tempo, over what has arrived in their sinks. */
class CheckedStack {
  readonly #queries: readonly HttpStandIn[];
  readonly #secrets = mkdtempSync(join(tmpdir(), 'stack-check-'));
  readonly #native: NativeStack;

  private constructor(native: NativeStack, queries: readonly HttpStandIn[]) {
    this.#native = native;
    this.#queries = queries;
    writeFileSync(join(this.#secrets, 'qdrant_api_key'), native.secrets.qdrantApiKey, { mode: 0o600 });
  }

  static async over(native: NativeStack): Promise<CheckedStack> {
    const find = (sink: TraceSink) => (traceId: string) => storedSpans(sink, traceId);
    const queries = await Promise.all([
      startTraceStoreStandIn('jaeger', find(native.jaeger)),
      startTraceStoreStandIn('tempo', find(native.tempo)),
    ]);
    return new CheckedStack(native, queries);
  }

  /** Runs the command as a user would, with the addresses of this stack. */
  async check(wait: number, skip: string = NOT_HERE): Promise<{ code: number | null; report: CheckReport }> {
    const { collector, prometheus, alertmanager, qdrant } = this.#native;
    const [jaeger, tempo] = this.#queries;
    const endpoints = [collector.url(4317), collector.url(4318)];
    const args = ['check', ...endpoints, '--json', '--wait', String(wait), '--skip', skip];
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        STACK_JAEGER_URL: jaeger?.url,
        STACK_TEMPO_URL: tempo?.url,
        STACK_PROMETHEUS_URL: prometheus.url(9090),
        STACK_ALERTMANAGER_URL: alertmanager.url(9093),
        STACK_QDRANT_URL: qdrant.url(6333),
        STACK_SECRETS: this.#secrets,
      },
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    for (const key of Object.values(this.#native.secrets)) expect(out).not.toContain(key);
    return { code, report: JSON.parse(out) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#queries.map((query) => query.close()));
    rmSync(this.#secrets, { recursive: true });
  }
}

function storedSpans(sink: TraceSink, traceId: string): ReceivedSpan[] {
  return (sink.traces().get(traceId) ?? []).flatMap(({ resource, scope, ...span }) => {
    const request = { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] };
    return decodeTraces(Buffer.from(JSON.stringify(request)), 'json');
  });
}

/** @returns `part: check: status` of each row that did not pass, with its reason */
function notPassed({ rows }: CheckReport): Record<string, CheckRow> {
  return Object.fromEntries(
    rows.filter(({ status }) => status !== 'passed').map((row) => [`${row.part}: ${row.check}`, row]),
  );
}

let native: NativeStack;
let stack: CheckedStack;

describe('check, on the shipped configuration', () => {
  beforeAll(async () => {
    native = await startNativeStack();
    stack = await CheckedStack.over(native);
  });
  afterAll(async () => {
    await stack?.close();
    await native?.stop();
  });

  it('passes, and finds every kind of trace over both protocols', async () => {
    const { code, report } = await stack.check(60);
    expect(notPassed(report)).toEqual({});
    expect(code).toBe(0);
    expect(report.traces.map(({ kind, protocol }) => `${kind} ${protocol}`).sort()).toEqual(
      ['error', 'ordinary', 'secrets', 'slow'].flatMap((kind) => [`${kind} grpc`, `${kind} http`]),
    );
  });

  it('passes again: counters of earlier runs do not count', async () => {
    const { code, report } = await stack.check(60);
    expect(notPassed(report)).toEqual({});
    expect(code).toBe(0);
  });

  it('tells of a store that is down, and of the queue before it', async () => {
    await native.jaeger.stop();
    const { code, report } = await stack.check(25);
    const failures = notPassed(report);
    expect(Object.keys(failures).sort()).toEqual([
      'collector: exports to the trace stores',
      'jaeger: no secret arrives',
      'jaeger: ordinary trace arrives',
      'jaeger: slow trace arrives',
      'jaeger: trace with an error arrives',
    ]);
    expect(failures['collector: exports to the trace stores']).toMatchObject({
      reason: expect.stringMatching(/^otlp_grpc\/jaeger has sent \d+ of at least 12 spans/),
    });
    expect(code).toBe(1);
    await native.jaeger.start();
  });

  it('tells of a collector that is down', async () => {
    await native.collector.stop();
    const { code, report } = await stack.check(5);
    const failed = Object.entries(notPassed(report)).filter(([, { status }]) => status === 'failed');
    expect(failed.map(([name]) => name).sort()).toEqual([
      'collector: counts what it receives',
      'collector: exports to the trace stores',
      'collector: is healthy',
      'collector: takes OTLP over HTTP',
      'collector: takes OTLP over gRPC',
    ]);
    expect(code).toBe(1);
  });
});

describe('check, where the baseline keeps nothing', () => {
  beforeAll(async () => {
    native = await startNativeStack({
      services: ['jaeger', 'tempo', 'otel-collector'],
      settings: { BASELINE_PERCENT: '0', DECISION_WAIT: '2s', DECISION_WAIT_AFTER_ROOT: '1s' },
    });
    stack = await CheckedStack.over(native);
  });
  afterAll(async () => {
    await stack?.close();
    await native?.stop();
  });

  it('does not take a sampled-away ordinary trace for a lost one', async () => {
    const { code, report } = await stack.check(15, `${NOT_HERE},prometheus,alertmanager,qdrant`);
    expect(notPassed(report)).toEqual({
      'jaeger: ordinary trace arrives': expect.objectContaining({ status: 'skipped' }),
      'tempo: ordinary trace arrives': expect.objectContaining({ status: 'skipped' }),
    });
    expect(code).toBe(0);
  });
});

describe('check, on a collector that removes no secrets', () => {
  beforeAll(async () => {
    native = await startNativeStack({
      services: ['jaeger', 'tempo', 'prometheus', 'otel-collector'],
      settings: { DECISION_WAIT: '2s', DECISION_WAIT_AFTER_ROOT: '1s', METRICS_FLUSH_INTERVAL: '1s' },
      collectorConfig: withoutScrubbing(),
    });
    stack = await CheckedStack.over(native);
  });
  afterAll(async () => {
    await stack?.close();
    await native?.stop();
  });

  it('names each place where a secret got through, in the stores and in the labels of metrics', async () => {
    const { code, report } = await stack.check(30, `${NOT_HERE},alertmanager,qdrant`);
    const failures = notPassed(report);
    expect(Object.keys(failures).sort()).toEqual([
      'jaeger: no secret arrives',
      'prometheus: no secret in a label',
      'tempo: no secret arrives',
    ]);
    for (const store of ['jaeger', 'tempo'])
      expect(failures[`${store}: no secret arrives`]?.reason).toMatch(
        /service\.api_key, attribute db\.password, .*span name, status message, exception\.message/,
      );
    expect(failures['prometheus: no secret in a label']?.reason).toBe('secrets in labels: span name');
    expect(code).toBe(1);
  });
});

/** The shipped configuration less the processors that remove secrets. */
function withoutScrubbing(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stack-check-'));
  const file = join(folder, 'config.yaml');
  copyFileSync(join(STACK_FOLDER, 'otel-collector/config.yaml'), file);
  overlayCollector(folder, { memoryLimit: 512, scrapeInterval: '1s' });
  const config = parse(readFileSync(file, 'utf8'));
  rmSync(folder, { recursive: true });
  for (const pipeline of Object.values<{ processors?: string[] }>(config.service.pipelines))
    pipeline.processors = pipeline.processors?.filter((name) => !/^(transform|redaction)/.test(name));
  return stringify(config);
}
