import type { TraceViewer } from '@uat/trace-viewer';
import { cleanText, createPaint, renderWaterfall, wantsColours } from '@uat/trace-viewer/terminal';
import { type ChildService, startChildService } from './child-service.ts';
import { renderQdrantOperations, renderRates } from './figures.ts';
import { createTraceJudge, HEADINGS } from './interesting-traces.ts';
import { openQdrant, type Qdrant } from './open-qdrant.ts';
import { openViewer } from './open-viewer.ts';
import type { Options } from './options.js';
import { fail, stopOnSignals } from './stopping.ts';
import { inTurn, ONE_ORDER, ORDERS, placeOrder, SEARCHES, search, sendTraffic } from './traffic.ts';

const RATES_EVERY_MILLIS = 5000;
const RATES_WINDOW_MILLIS = 60_000;
/** What the run has lasted by default, and more. */
const OPERATIONS_WINDOW_MILLIS = 15 * 60_000;
const MAX_WIDTH = 120;
const SERVER = 1;

/**
 * Runs until the time is over, a signal comes, or a service ends that should not.
 *
 * @returns the exit code: 0 also after SIGINT and SIGTERM, because stopping it is how it is meant to end
 */
export async function runExample(options: Options): Promise<number> {
  const colours = wantsColours(process.stdout, process.env);
  const paint = createPaint(colours);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const drawing = () => ({ width: Math.min(MAX_WIDTH, process.stdout.columns ?? 80), colours });

  const stopping = new AbortController();
  stopOnSignals(stopping);
  const judge = createTraceJudge();

  const services: ChildService[] = [];
  let viewer: TraceViewer | undefined;
  let qdrant: Qdrant | undefined;
  try {
    const running = await openViewer(options.port, say);
    viewer = running;
    running.onFinished(({ spans }) => {
      if (options.once || stopping.signal.aborted) return;
      const interest = judge(spans);
      if (interest !== undefined)
        say(`\n${paint('bold', HEADINGS[interest])}\n${renderWaterfall(spans, drawing())}`);
    });
    const start = async (name: string, environment: Record<string, string> = {}): Promise<ChildService> => {
      const service = await startChildService(
        name,
        { OTEL_EXPORTER_OTLP_ENDPOINT: running.url, ...environment },
        (line) => say(paint('dim', `${name} | ${cleanText(line)}`)),
      );
      services.push(service);
      say(`${name}: ${service.url}, process ${service.pid}`);
      return service;
    };
    const inventory = await start('inventory');
    const checkout = await start('checkout', { INVENTORY_URL: inventory.url });
    qdrant = await openQdrant(say);
    const searches = await start('search', { QDRANT_URL: qdrant.url });

    if (options.once) {
      await placeOrder(checkout.url, ONE_ORDER, stopping.signal);
      await search(searches.url, inTurn(SEARCHES, 0), stopping.signal);
      // Services that are stopped deliver what they have: then the trace is complete, however long batches wait.
      await Promise.all(services.map((service) => service.stop()));
      for (const trace of running.traces()) {
        if (trace.spans.some(({ kind }) => kind === SERVER))
          say(`\n${renderWaterfall(trace.spans, drawing())}`);
      }
      const operations = running.databases(OPERATIONS_WINDOW_MILLIS);
      say(['', ...renderQdrantOperations(operations, drawing().width)].join('\n'));
      return running.status().receivedSpans === 0 ? fail('no span arrived') : 0;
    }

    say(`\n${options.rate} orders and searches a second each for ${options.minutes} min; Ctrl-C ends it.`);
    const ratesTick = setInterval(() => {
      const { width } = drawing();
      say(['', ...renderRates(running.requests(RATES_WINDOW_MILLIS), width)].join('\n'));
      const operations = running.databases(OPERATIONS_WINDOW_MILLIS);
      say(['', ...renderQdrantOperations(operations, width)].join('\n'));
    }, RATES_EVERY_MILLIS);
    const timer = setTimeout(() => stopping.abort('time is over'), options.minutes * 60_000);
    const died = Promise.race(services.map(async (service) => `${service.name} ${await service.ended}`));
    void died.then(() => stopping.abort('a service ended'));
    const { signal } = stopping;
    await Promise.all([
      sendTraffic((n) => placeOrder(checkout.url, inTurn(ORDERS, n), signal), options.rate, signal),
      sendTraffic((n) => search(searches.url, inTurn(SEARCHES, n), signal), options.rate, signal),
    ]);
    clearInterval(ratesTick);
    clearTimeout(timer);
    if (stopping.signal.reason === 'a service ended')
      return fail(`${await died}, so the rest is stopped too`);
    say(`\nStopping: ${stopping.signal.reason}.`);
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) return 0;
    return fail((error as Error).message);
  } finally {
    stopping.abort('done');
    await Promise.all(services.map((service) => service.stop()));
    if (viewer !== undefined && !options.once) say(`${viewer.status().receivedSpans} spans received.`);
    await qdrant?.close();
    await viewer?.close();
  }
}
