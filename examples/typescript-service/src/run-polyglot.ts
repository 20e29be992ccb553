import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ReceivedSpan, TraceViewer } from '@uat/trace-viewer';
import { cleanText, createPaint, renderWaterfall, wantsColours } from '@uat/trace-viewer/terminal';
import type { ChildService } from './child-service.ts';
import { renderQdrantOperations, renderRates } from './figures.ts';
import { createTraceJudge, HEADINGS } from './interesting-traces.ts';
import { openQdrant, type Qdrant } from './open-qdrant.ts';
import { openViewer } from './open-viewer.ts';
import type { Options } from './options.js';
import { startProgramService } from './program-service.ts';
import { servicePorts } from './service-ports.ts';
import { fail, stopOnSignals } from './stopping.ts';
import { inTurn, sendTraffic } from './traffic.ts';

const RATES_EVERY_MILLIS = 5_000;
const RATES_WINDOW_MILLIS = 60_000;
/** What the run has lasted by default, and more. */
const OPERATIONS_WINDOW_MILLIS = 15 * 60_000;
const READY_WITHIN_MILLIS = 30_000;
const ANSWER_WITHIN_MILLIS = 25_000;
const MAX_WIDTH = 120;

/** A line of a JSON log that nobody has to see. */
const ORDINARY = /^\{.*"level":"(info|debug)"/;

const SERVICES = ['typescript-service', 'websocket-service', 'llm-router'] as const;
const QUESTIONS: readonly string[] = [
  'how are secrets masked',
  'which spans are lost at exit',
  'what is the sampling ratio in production',
  'how is a Qdrant client traced',
];

/**
 * The three services of three languages, until the time is over, a signal comes, or one ends that should not. The programs
 * are those that `LLM_ROUTER_PROGRAM` and `WEBSOCKET_SERVICE_PROGRAM` name: `npm start` builds them.
 *
 * @returns the exit code: 0 also after SIGINT and SIGTERM, because stopping it is how it is meant to end
 */
export async function runPolyglot(options: Options): Promise<number> {
  const colours = wantsColours(process.stdout, process.env);
  const paint = createPaint(colours);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const drawing = () => ({ width: Math.min(MAX_WIDTH, process.stdout.columns ?? 80), colours });
  const { LLM_ROUTER_PROGRAM: router, WEBSOCKET_SERVICE_PROGRAM: websocket } = process.env;
  if (router === undefined || websocket === undefined)
    return fail('--polyglot needs programs that are built first: use npm start -- --polyglot');

  const stopping = new AbortController();
  const { signal } = stopping;
  stopOnSignals(stopping);
  const judge = createTraceJudge();
  // Then what services say of each request would hide the rest.
  let isBusy = false;
  const services: ChildService[] = [];
  let viewer: TraceViewer | undefined;
  let qdrant: Qdrant | undefined;
  try {
    const ports = await servicePorts(process.env);
    const running = await openViewer(options.port, say);
    viewer = running;
    running.onFinished(({ spans }) => {
      if (options.once || signal.aborted) return;
      const interest = judge(spans);
      if (interest !== undefined)
        say(`\n${paint('bold', HEADINGS[interest])}\n${renderWaterfall(spans, drawing())}`);
    });
    qdrant = await openQdrant(say, { grpcPort: 0 });
    const start = async (
      name: string,
      command: readonly string[],
      environment: Record<string, string>,
    ): Promise<ChildService> => {
      const service = await startProgramService(
        name,
        command,
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: running.url,
          // What the viewer takes: Rust and Go would send gRPC.
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
          UAT_TRACING_PRESET: 'development',
          HOST: '127.0.0.1',
          ...environment,
        },
        (line) => {
          if (!isBusy || !ORDINARY.test(line)) say(paint('dim', `${name} | ${cleanText(line)}`));
        },
      );
      services.push(service);
      say(`${name}: ${service.url}, process ${service.pid}`);
      return service;
    };
    const { url: routerUrl } = await start('llm-router', [router], {
      PORT: String(ports.router),
      QDRANT_URL: qdrant.url,
      ...(qdrant.grpcUrl === undefined ? {} : { QDRANT_GRPC_URL: qdrant.grpcUrl }),
    });
    const { url: websocketUrl } = await start('websocket-service', [websocket], {
      PORT: String(ports.websocket),
      ROUTER_URL: routerUrl,
      ALLOWED_ORIGINS: `http://localhost:${ports.typescript},http://127.0.0.1:${ports.typescript}`,
    });
    const service = fileURLToPath(new URL('service.ts', import.meta.url));
    const { url } = await start('typescript-service', [process.execPath, service], {
      PORT: String(ports.typescript),
      QDRANT_URL: qdrant.url,
      ROUTER_URL: routerUrl,
      WEBSOCKET_URL: `${websocketUrl.replace(/^http/, 'ws')}/ws`,
      OTEL_METRICS_EXPORTER: 'none',
    });
    await ready(url, signal);

    if (options.once) {
      const answer = await ask(url, QUESTIONS[0] as string, 'websocket', signal);
      say(`\nAsked: ${QUESTIONS[0]}\nAnswered: ${cleanText(answer.answer)}`);
      // Services that are stopped deliver what they have: then the trace is complete, however long batches wait.
      for (const stopped of services.toReversed()) await stopped.stop();
      const trace = running.traces().find(({ traceId }) => traceId === answer.trace_id);
      if (trace === undefined) return fail(`trace ${answer.trace_id} has not arrived`);
      say(`\n${renderWaterfall(trace.spans, drawing())}`);
      const missing = SERVICES.filter((name) => !namesOf(trace.spans).has(name));
      return missing.length === 0 ? 0 : fail(`no span of ${missing.join(' and ')} is in the trace`);
    }

    say(
      `\nAsk something yourself: ${url}/\n${options.rate} questions a second for ${options.minutes} min; Ctrl-C ends it.`,
    );
    isBusy = true;
    const ratesTick = setInterval(() => {
      const { width } = drawing();
      say(['', ...renderRates(running.requests(RATES_WINDOW_MILLIS), width)].join('\n'));
      say(['', ...renderQdrantOperations(running.databases(OPERATIONS_WINDOW_MILLIS), width)].join('\n'));
    }, RATES_EVERY_MILLIS);
    const timer = setTimeout(() => stopping.abort('time is over'), options.minutes * 60_000);
    const died = Promise.race(services.map(async ({ name, ended }) => `${name} ${await ended}`));
    void died.then(() => stopping.abort('a service ended'));
    await sendTraffic(
      (n) => ask(url, inTurn(QUESTIONS, n), n % 4 === 3 ? 'http' : 'websocket', signal),
      options.rate,
      signal,
    );
    isBusy = false;
    clearInterval(ratesTick);
    clearTimeout(timer);
    if (signal.reason === 'a service ended') return fail(`${await died}, so the rest is stopped too`);
    say(`\nStopping: ${signal.reason}.`);
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    return fail((error as Error).message);
  } finally {
    stopping.abort('done');
    // Who asks stops before who is asked.
    for (const service of services.toReversed()) await service.stop();
    if (viewer !== undefined && !options.once) say(`${viewer.status().receivedSpans} spans received.`);
    await qdrant?.close();
    await viewer?.close();
  }
}

interface Answered {
  readonly answer: string;
  readonly trace_id: string;
}

async function ask(url: string, question: string, via: string, signal: AbortSignal): Promise<Answered> {
  const response = await fetch(`${url}/api/ask?via=${via}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ question }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MILLIS)]),
  });
  const body = (await response.json()) as Answered & { error?: string };
  if (!response.ok) throw new Error(`the question was answered ${response.status}: ${body.error}`);
  return body;
}

/** Waits until the documentation is in Qdrant. */
async function ready(url: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MILLIS;
  for (;;) {
    const response = await fetch(`${url}/ready`, { signal });
    const { error } = (await response.json()) as { error?: string };
    if (response.ok) return;
    if (performance.now() > deadline)
      throw new Error(`typescript-service is not ready after ${READY_WITHIN_MILLIS / 1000} s: ${error}`);
    await pause(100, undefined, { signal });
  }
}

function namesOf(spans: readonly ReceivedSpan[]): Set<unknown> {
  return new Set(spans.map(({ resource }) => resource.attributes['service.name']));
}
