/**
 * `npm run pictures -w packages/trace-viewer`: the pictures of the README, taken of the built page in Chromium while
 * traces of a shop come in. `--quick` sends them all at once.
 */
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { startTraceViewer } from '../src/start-trace-viewer.ts';
import { toOtlpJson } from '../src/traces/otlp-json.ts';
import { openChromium } from './chromium.ts';
import { demoTraces } from './demo-traces.ts';

const FOLDER = fileURLToPath(new URL(process.env.PICTURES ?? '../docs/', import.meta.url));
const BATCHES = process.argv.includes('--quick') ? 1 : 30;
const BATCH_MILLIS = 2000;
const TRACES = 240;

type Theme = 'light' | 'dark';
/** Each view once, in the theme that it is shown in. */
const PICTURES: Readonly<Record<string, Theme>> = {
  traces: 'light',
  trace: 'light',
  answer: 'dark',
  compare: 'light',
  services: 'dark',
  map: 'light',
  databases: 'dark',
};

const viewer = await startTraceViewer({ port: 0, quietMillis: 500 });
const chromium = await openChromium({ deviceScaleFactor: 1.5 });
try {
  mkdirSync(FOLDER, { recursive: true });
  for (let batch = 0; batch < BATCHES; batch++) {
    const count = TRACES / BATCHES;
    const all = demoTraces({ now: Date.now(), count: TRACES, everyMillis: BATCH_MILLIS / count });
    const ids = [...new Set(all.map(({ traceId }) => traceId))].slice(batch * count, (batch + 1) * count);
    await post(all.filter(({ traceId }) => ids.includes(traceId)));
    if (batch < BATCHES - 1) await delay(BATCH_MILLIS);
  }
  await delay(1000);
  const page = await chromium.context.newPage();
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await takeAll(page, theme);
  }
} finally {
  await chromium.close();
  await viewer.close();
}

async function post(spans: Parameters<typeof toOtlpJson>[0]): Promise<void> {
  const response = await fetch(`${viewer.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(toOtlpJson(spans)),
  });
  if (!response.ok) throw new Error(await response.text());
}

async function takeAll(page: Page, theme: Theme): Promise<void> {
  const take = async (name: string, path: string, ready: string, key?: string): Promise<void> => {
    if (PICTURES[name] !== theme) return;
    await page.goto(`${viewer.url}${path}`);
    await page.waitForSelector(ready);
    if (key !== undefined) {
      await page.keyboard.press(key);
      await page.waitForSelector('.attribute');
    }
    // One more frame, for what is drawn on a canvas.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    await page.screenshot({ path: `${FOLDER}${name}.png` });
    console.log(`${name}.png`);
  };
  const order = 'service:checkout operation:"POST /orders"';
  const failed = await find(`${order} status:error`);
  const slow = await find(`${order} -status:error duration:>90ms`);
  const quick = await find(`${order} -status:error duration:<60ms`);
  const answer = await find('gen_ai.request.model=*');
  await take('traces', '/', '.row .what a');
  await take('trace', `/trace/${failed}`, '.span-row', 'e');
  await take('answer', `/trace/${answer}?find=gen_ai.request.model%3D*`, '.span-row.match', 'n');
  await take('compare', `/compare/${quick}/${slow}`, '.pair');
  await take('services', '/services', '.figures td');
  await take('map', '/map', '.node');
  await take('databases', '/databases', '.figures td');
}

async function find(query: string): Promise<string> {
  return (await viewer.waitForTrace(query, { timeoutMillis: 1 })).traceId;
}
