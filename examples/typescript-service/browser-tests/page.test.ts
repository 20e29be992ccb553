/** The page in a real Chromium: one click, one trace. Needs the SDK's dist. */
import { existsSync } from 'node:fs';
import { startQdrantStandIn } from '@uat/qdrant-stand-in';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@uat/tracing-sdk/testing';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Chromium, openChromium } from '../../../packages/trace-viewer/browser-tests/chromium.ts';
import { accessibilityProblems } from '../../../packages/trace-viewer/browser-tests/viewer-page.ts';
import { EXAMPLE_PROGRAMS } from '../../../scripts/example-builds.mjs';
import { startProgramService } from '../src/program-service.ts';
import { becomes, closeAll, opened, openQdrant, start, stop, withQdrant } from '../test/running-service.ts';
import { startWebSocketStandIn, type WebSocketStandIn } from '../test/websocket-stand-in.ts';

const QUESTION = 'how are secrets masked';
const SERVER = 1;

let chromium: Chromium;
beforeAll(async () => {
  chromium = await openChromium();
});
afterAll(() => chromium?.close());

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  opened.push(receiver);
});
const pages: Page[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  await closeAll();
});

async function open(
  url: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ page: Page; complaints: string[] }> {
  const page = await chromium.context.newPage();
  pages.push(page);
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
      complaints.push(`request to ${request.url()}`);
  });
  await page.emulateMedia({ colorScheme });
  await page.goto(`${url}/`);
  return { page, complaints };
}

const text = (page: Page, id: string): Promise<string> => page.locator(`#${id}`).innerText();
const becomesText = (page: Page, id: string, wanted: string | RegExp): Promise<void> =>
  vi.waitFor(async () => expect(await text(page, id)).toMatch(wanted), { timeout: 30_000 });

/** The trace that the page shows, once the service has delivered all it has. */
async function shownTrace(page: Page): Promise<ReceivedSpan[]> {
  const id = await text(page, 'trace-id');
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  return receiver.spans.filter(({ traceId }) => traceId === id);
}

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.filter((span) => span.name === name);
  expect(found, `${name} in ${spans.map((span) => span.name)}`).toHaveLength(1);
  return found[0] as ReceivedSpan;
};

describe('with a stand-in for the WebSocket service', () => {
  let websocket: WebSocketStandIn;
  let answer: (message: Record<string, unknown>) => object | 'close' | undefined;
  beforeEach(async () => {
    answer = ({ id, prompt }) => ({ type: 'completion', id, text: `echo: ${prompt}`, model: 'echo' });
    websocket = await startWebSocketStandIn((message) => answer(message));
    opened.push(websocket);
  });

  async function startPage(environment: Record<string, string> = {}) {
    const running = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRICS_EXPORTER: 'none',
      WEBSOCKET_URL: websocket.url,
      ...withQdrant(await openQdrant()),
      ...environment,
    });
    if (environment.QDRANT_URL === undefined) await becomes(running.url, 200);
    return running;
  }

  test('by keyboard alone: one question is one trace, whose context goes over the WebSocket', async () => {
    const running = await startPage();
    const { page, complaints } = await open(running.url);
    // The question has the focus already.
    await page.keyboard.type(QUESTION);
    await page.keyboard.press('Enter');
    await becomesText(page, 'status', 'Answered by echo, and stored.');
    expect(await text(page, 'answer')).toBe(`echo: ${QUESTION}`);
    expect(await page.locator('#related li').count()).toBe(3);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('question');
    expect(complaints).toEqual([]);
    await stop(running);

    const spans = await shownTrace(page);
    const question = named(spans, 'POST /api/questions');
    expect(question.parentSpanId ?? '').toBe('');
    const stored = named(spans, 'POST /api/answers');
    expect(stored.parentSpanId).toBe(question.spanId);
    expect(named(spans, 'query uat-docs').parentSpanId).toBe(question.spanId);
    expect(named(spans, 'upsert uat-answers').parentSpanId).toBe(stored.spanId);
    expect(websocket.messages).toMatchObject([
      {
        type: 'complete',
        prompt: QUESTION,
        stream: true,
        traceparent: `00-${question.traceId}-${question.spanId}-01`,
        tracestate: 'ot=th:0',
      },
    ]);
    expect(websocket.upgrades[0]?.origin).toBe(running.url);
    expect(spans.filter(({ kind }) => kind === SERVER)).toHaveLength(2);
  });

  test('what comes is text, never markup', async () => {
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    answer = ({ id }) => ({ type: 'completion', id, text: evil, model: '<b>model</b>' });
    const running = await startPage();
    const { page, complaints } = await open(running.url);
    await page.fill('#question', evil);
    await page.click('#ask');
    await becomesText(page, 'status', 'Answered by <b>model</b>, and stored.');
    expect(await text(page, 'answer')).toBe(evil);
    expect(await page.locator('#answer *').count()).toBe(0);
    expect(await page.title()).toBe('Ask the documentation');
    expect(complaints).toEqual([]);
  });

  test('Escape cancels, and the next question is answered', async () => {
    const asked = Promise.withResolvers<void>();
    answer = () => void asked.resolve();
    const running = await startPage();
    const { page } = await open(running.url);
    await page.fill('#question', QUESTION);
    await page.keyboard.press('Enter');
    await asked.promise;
    expect(await page.isDisabled('#ask')).toBe(true);
    await page.keyboard.press('Escape');
    await becomesText(page, 'status', 'Cancelled.');
    answer = ({ id }) => ({ type: 'completion', id, text: 'at last', model: 'echo' });
    await page.keyboard.press('Enter');
    await becomesText(page, 'answer', 'at last');
  });

  test.each([
    [
      'says no',
      () => ({ type: 'error', code: 'busy', message: 'later' }),
      'The WebSocket service says busy: later',
    ],
    ['closes', () => 'close' as const, 'has closed the connection without an answer (1011).'],
  ])('a WebSocket service that %s: said in an alert', async (_, given, problem) => {
    answer = given;
    const running = await startPage();
    const { page } = await open(running.url);
    await page.fill('#question', QUESTION);
    await page.click('#ask');
    await becomesText(page, 'problem', problem);
    expect(await page.getAttribute('#problem', 'role')).toBe('alert');
    expect(await text(page, 'status')).toBe('No answer.');
  });

  test('Qdrant is away: answered, and said what is missing', async () => {
    const gone = await startQdrantStandIn();
    await gone.close();
    const running = await startPage({ QDRANT_URL: gone.url });
    const { page } = await open(running.url);
    await page.fill('#question', QUESTION);
    await page.click('#ask');
    await becomesText(page, 'status', 'Answered by echo, but not stored.');
    expect(await text(page, 'related-note')).toContain('Qdrant is not there (ECONNREFUSED)');
    expect(await text(page, 'problem')).toContain('the answer is not stored');
  });

  test('it is away: said, and in the list of services', async () => {
    const running = await startPage();
    await websocket.close();
    const { page } = await open(running.url);
    await becomesText(page, 'services', /websocket-service: down \(ECONNREFUSED\)/);
    await page.fill('#question', QUESTION);
    await page.click('#ask');
    await becomesText(page, 'problem', /The WebSocket service at \S+ is not reachable\./);
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing, in %s: before, after an answer, after a failure',
    async (scheme) => {
      const running = await startPage();
      const { page } = await open(running.url, scheme);
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.fill('#question', QUESTION);
      await page.click('#ask');
      await becomesText(page, 'status', 'and stored');
      expect(await accessibilityProblems(page)).toEqual([]);
      answer = () => 'close';
      await page.click('#ask');
      await becomesText(page, 'problem', 'closed');
      expect(await accessibilityProblems(page)).toEqual([]);
    },
  );

  test('a window of 320 px shows all of it without scrolling sideways', async () => {
    const running = await startPage();
    const { page } = await open(running.url);
    await page.setViewportSize({ width: 320, height: 600 });
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(client);
  });
});

const built = existsSync(EXAMPLE_PROGRAMS.router) && existsSync(EXAMPLE_PROGRAMS.websocketService);
if (!built) console.warn('Skipped, with the real services: not built; npm start -- --polyglot builds them.');

describe.skipIf(!built)('with the services in Rust and Go', () => {
  test('one click: one trace through three languages, streamed', async () => {
    const qdrant = await startQdrantStandIn({ grpcPort: 0 });
    opened.push(qdrant);
    const tracing = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      PORT: '0',
    };
    const launch = async (name: string, program: string, environment: Record<string, string>) => {
      const service = await startProgramService(name, [program], { ...tracing, ...environment }, () => {});
      opened.push({ close: () => service.stop() });
      return service;
    };
    const router = await launch('llm-router', EXAMPLE_PROGRAMS.router, {
      QDRANT_URL: qdrant.url,
      QDRANT_GRPC_URL: qdrant.grpcUrl as string,
    });
    // Which origin it is to allow has to be known first: the page's service takes a port that was free a moment ago.
    const reserved = await startQdrantStandIn();
    await reserved.close();
    const websocket = await launch('websocket-service', EXAMPLE_PROGRAMS.websocketService, {
      ROUTER_URL: router.url,
      ALLOWED_ORIGINS: `http://127.0.0.1:${reserved.port}`,
    });
    const running = await start({
      ...tracing,
      PORT: String(reserved.port),
      OTEL_METRICS_EXPORTER: 'none',
      QDRANT_URL: qdrant.url,
      ROUTER_URL: router.url,
      WEBSOCKET_URL: `${websocket.url.replace('http', 'ws')}/ws`,
    });
    await becomes(running.url, 200);
    const { page, complaints } = await open(running.url);
    await becomesText(page, 'services', /llm-router: up\s+websocket-service: up/);
    await page.fill('#question', QUESTION);
    await page.click('#ask');
    await becomesText(page, 'status', 'Answered by echo, and stored.');
    expect(await text(page, 'answer')).toContain(QUESTION);
    expect(complaints).toEqual([]);
    const traceId = await text(page, 'trace-id');
    await page.close();
    await stop(running);
    await websocket.stop();
    await router.stop();

    const spans = receiver.spans.filter((span) => span.traceId === traceId);
    const serviceOf = ({ resource }: ReceivedSpan) => resource.attributes['service.name'];
    expect(new Set(spans.map(serviceOf))).toEqual(
      new Set(['typescript-service', 'websocket-service', 'llm-router']),
    );
    const parentOf = (span: ReceivedSpan) => spans.find(({ spanId }) => spanId === span.parentSpanId);
    const question = named(spans, 'POST /api/questions');
    const completion = spans.find((span) => serviceOf(span) === 'llm-router' && span.kind === SERVER);
    const call = parentOf(completion as ReceivedSpan) as ReceivedSpan;
    const message = parentOf(call) as ReceivedSpan;
    expect([serviceOf(call), serviceOf(message)]).toEqual(['websocket-service', 'websocket-service']);
    expect(message.parentSpanId).toBe(question.spanId);
    expect(named(spans, 'POST /api/answers').parentSpanId).toBe(question.spanId);
    expect(spans.filter((span) => span !== question && parentOf(span) === undefined)).toEqual([]);
    const grpc = qdrant.requests.filter(
      ({ url, headers }) => url === '/qdrant.Points/Query' && String(headers.traceparent).includes(traceId),
    );
    expect(grpc).toHaveLength(1);
  });
});
