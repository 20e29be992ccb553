/** Many WebSocket clients at once: every span of theirs arrives, and nothing of them stays in the service. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLE_PROGRAMS } from '../../scripts/example-builds.mjs';
import { count } from './collector-counts.ts';
import { figures } from './figures.ts';
import {
  examplesMissing,
  PORTS,
  type PolyglotStack,
  serviceOf,
  startPolyglotStack,
} from './polyglot-stack.ts';

const CLIENTS = 1000;
const SECONDS = 60;
/** Between an answer and the next message of a client: what two cores deliver to the end of the whole pipeline. */
const INTERVAL_SECONDS = 5;
const SPANS_A_MESSAGE = { 'websocket-service': 2, 'llm-router': 3 } as const;
const SPANS_A_CONNECTION = 2;
const record = figures(`${CLIENTS} WebSocket clients for ${SECONDS} s`);

const missing =
  examplesMissing ||
  (existsSync(EXAMPLE_PROGRAMS.websocketLoad)
    ? false
    : 'websocket-load is not built: npm run test:stack does it');
if (missing) console.warn(`Skipped: ${missing}`);

interface State {
  readonly goroutines: number;
  readonly connections: number;
  readonly spans: Readonly<Record<string, number>>;
}

interface Load {
  readonly connections: number;
  readonly connect_errors: number;
  readonly closed_well: number;
  readonly sent: number;
  readonly answered: number;
  readonly traces: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly milliseconds: Readonly<Record<string, number>>;
}

describe.skipIf(missing)('the WebSocket service', () => {
  let polyglot: PolyglotStack;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'websocket-load-'));
    polyglot = await startPolyglotStack({
      environment: {
        // All clients come from one address.
        MAX_CONNECTIONS_PER_ADDRESS: String(CLIENTS),
        // Its state is told on the machine alone, in its own network: at every address of it.
        ...(process.env.UAT_STACK_NETWORK === 'namespaces' && { HOST: '0.0.0.0' }),
      },
    });
  });
  afterAll(async () => {
    await polyglot?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function state(): Promise<State> {
    const { network } = polyglot.stack;
    const host = network.kind === 'namespaces' ? '127.0.0.1' : network.address('websocket-service');
    const url = `http://${host}:${PORTS['websocket-service']}/debug/state`;
    const { code, text } = await polyglot.stack.run(['curl', '-sS', '--fail', url], {
      at: 'websocket-service',
    });
    expect(code, text).toBe(0);
    return JSON.parse(text) as State;
  }

  it('loses no span and no goroutine', { timeout: 480_000 }, async () => {
    const before = await state();
    const url = `${polyglot.url('websocket-service', '/ws').replace(/^http/, 'ws')}`;
    const file = join(folder, 'traces');
    const { code, text } = await polyglot.stack.run(
      [
        EXAMPLE_PROGRAMS.websocketLoad,
        ...['-url', url, '-clients', String(CLIENTS), '-duration', `${SECONDS}s`],
        ...['-interval', `${INTERVAL_SECONDS}s`, '-trace-ids', file],
      ],
      { timeoutMillis: 240_000 },
    );
    expect(code, text).toBe(0);
    const load = JSON.parse(text) as Load;
    record('messages sent, answered', `${load.sent}, ${load.answered}`);
    record('milliseconds', JSON.stringify(load.milliseconds));
    expect(load).toMatchObject({ connections: CLIENTS, connect_errors: 0, errors: {} });
    expect(load.closed_well).toBe(CLIENTS);
    expect(load.answered).toBe(load.sent);
    expect(load.traces).toBe(load.sent);
    expect(load.sent).toBeGreaterThan((CLIENTS * SECONDS) / INTERVAL_SECONDS / 2);

    // Idle connections to the router, each with two goroutines, are closed after a minute.
    const BACKGROUND = 10;
    await expect
      .poll(state, { timeout: 120_000, interval: 1000 })
      .toSatisfy(
        ({ goroutines, connections }: State) =>
          connections === 0 && goroutines <= before.goroutines + BACKGROUND,
      );
    const after = await state();
    record('goroutines before, after', `${before.goroutines}, ${after.goroutines}`);
    record(
      'memory of the WebSocket service, peak',
      `${Math.round(polyglot.services['websocket-service'].peakMemory())} MiB`,
    );
    record(
      'memory of the LLM router, peak',
      `${Math.round(polyglot.services['llm-router'].peakMemory())} MiB`,
    );

    const ids = new Set(readFileSync(file, 'utf8').trim().split('\n'));
    expect(ids.size).toBe(load.traces);
    const wanted = { ...SPANS_A_MESSAGE };
    for (const store of [polyglot.stack.jaeger, polyglot.stack.tempo]) {
      const perMessage = Object.values(wanted).reduce((sum, spans) => sum + spans, 0);
      const mine = () => store.spans().filter(({ traceId }) => ids.has(traceId));
      const all = ids.size * perMessage;
      await store.waitFor(() => mine().length >= all, `${all}`, 180_000).catch(() => {});
      const spans = new Map(mine().map((span) => [span.traceId + span.spanId, span]));
      for (const [name, each] of Object.entries(wanted)) {
        const found = [...spans.values()].filter((span) => serviceOf(span) === name).length;
        record(`${store.name}: spans of ${name}`, `${found} of ${ids.size * each}`);
        const counts = Map.groupBy(mine(), (span) => `${serviceOf(span)} ${span.name}`);
        const kinds = [...counts].map(([kind, { length }]) => `${kind}: ${length}`).join('\n');
        const said = polyglot.services[name as keyof typeof wanted].lastLines(4);
        expect(found, `${store.name}, ${name}\n${kinds}\n${said}`).toBe(ids.size * each);
      }
      const ofConnections = store
        .spans()
        .filter((span) => serviceOf(span) === 'websocket-service' && / \/ws$/.test(span.name))
        .filter(({ traceId, name }) => !ids.has(traceId) && !name.startsWith('complete')).length;
      record(`${store.name}: spans of connections`, `${ofConnections} of ${CLIENTS * SPANS_A_CONNECTION}`);
      expect(ofConnections).toBe(CLIENTS * SPANS_A_CONNECTION);
    }
    record(
      'memory of the Collector, peak',
      `${Math.round(polyglot.stack.collector.peakMemory())} MiB of 512`,
    );
    expect(await count(polyglot.stack.collector, 'otelcol_receiver_refused_spans_total')).toBe(0);
  });
});
