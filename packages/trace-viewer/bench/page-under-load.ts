/**
 * `npm run bench -w packages/trace-viewer`: a viewer in a process of its own receives spans for half a minute while a page
 * in Chromium shows them and is used. Prints what was received, the page's frame times, and memory as it fills and at
 * the bound. Options: `--rate` spans a second (10000), `--seconds` (30), `--max-spans` (100000).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openChromium } from '../browser-tests/chromium.ts';
import type { ViewerStatus } from '../src/wire/api.ts';
import { createSpanLoad } from './span-load.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '30' },
    'max-spans': { type: 'string', default: '100000' },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const maxSpans = Number(values['max-spans']);

const main = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const viewer = spawn(process.execPath, [main, '--port', '0', '--max-spans', String(maxSpans)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
// Also when this program ends by an error.
process.on('exit', () => viewer.kill());
const [line] = (await once(createInterface({ input: viewer.stdout }), 'line')) as [string];
const url = /http:\S+/.exec(line)?.[0] as string;
const chromium = await openChromium();
try {
  const page = await chromium.context.newPage();
  await page.goto(url);
  console.log(`${rate} spans/s for ${seconds} s, ${maxSpans} spans held at most`);
  const load = createSpanLoad(url, rate);
  // Not measured: code that runs for the first time.
  const warm = load.run(3);
  await warm;
  const before = await status();
  await startFrames(page);
  const memory = watchMemory(viewer.pid as number);
  const cpuBefore = cpuSeconds(viewer.pid as number);
  const sending = load.run(seconds);
  await usePage(page, seconds);
  const sent = await sending;
  const cpu = cpuSeconds(viewer.pid as number) - cpuBefore;
  const samples = memory.stop();
  const frames = await stopFrames(page);
  const after = await status();

  const received = after.receivedSpans - before.receivedSpans;
  console.log(
    `sent ${sent.spans}, received ${received} (${Math.round(received / seconds)}/s), refused ${after.refused}`,
  );
  console.log(`answers: p50 ${sent.p50.toFixed(1)} ms, p99 ${sent.p99.toFixed(1)} ms`);
  console.log(`viewer: ${Math.round((cpu / seconds) * 100)} % of a core`);
  console.log(
    `frames: ${frames.count}, p50 ${frames.p50.toFixed(1)} ms, p95 ${frames.p95.toFixed(1)} ms, p99 ${frames.p99.toFixed(1)} ms, longest ${frames.max.toFixed(0)} ms; ${(frames.slow * 100).toFixed(2)} % over 50 ms`,
  );
  const mib = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)}`;
  console.log(
    `memory (RSS, MiB, every 3 s): ${samples
      .filter((_, i) => i % 3 === 0)
      .map(mib)
      .join(' ')}`,
  );
  console.log(
    `held: ${after.spans} spans, estimated ${mib(after.bytes)} MiB; ${after.evictedTraces} traces evicted`,
  );
  if (received !== sent.spans) process.exitCode = 1;
} finally {
  await chromium.close();
  viewer.kill();
}

async function status(): Promise<ViewerStatus> {
  return (await (await fetch(`${url}/api/status`)).json()) as ViewerStatus;
}

/** Searches, scrolls, opens and leaves, over and over. */
async function usePage(page: Page, forSeconds: number): Promise<void> {
  const until = performance.now() + forSeconds * 1000;
  const steps: readonly (() => Promise<unknown>)[] = [
    () => page.keyboard.press('/'),
    () => page.keyboard.type('service:checkout status:error', { delay: 30 }),
    () => page.keyboard.press('Escape'),
    () => page.keyboard.press('Escape'),
    () => page.mouse.move(640, 500),
    () => page.mouse.wheel(0, 3000),
    () => page.mouse.wheel(0, -3000),
    () => page.mouse.move(640, 20),
    () => page.keyboard.press('ArrowDown'),
    () => page.keyboard.press('Enter'),
    () => page.keyboard.press('e'),
    () => page.keyboard.press('ArrowUp'),
    () => page.keyboard.press('Escape'),
    () => page.keyboard.press('Escape'),
    () => page.keyboard.press('2'),
    () => delay(1500),
    () => page.keyboard.press('3'),
    () => delay(1500),
    () => page.keyboard.press('1'),
    () => delay(2500),
  ];
  for (let i = 0; performance.now() < until; i++) {
    await steps[i % steps.length]?.();
    await delay(150);
  }
}

async function startFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(globalThis, { frames });
    let last = performance.now();
    const next = (now: number): void => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
}

async function stopFrames(page: Page) {
  const frames = await page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames);
  frames.sort((a, b) => a - b);
  const at = (share: number): number =>
    frames[Math.min(frames.length - 1, Math.floor(share * frames.length))] ?? 0;
  return {
    count: frames.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    slow: frames.filter((millis) => millis > 50).length / frames.length,
  };
}

/** Resident memory of a process, once a second, from Linux; elsewhere there is none. */
function watchMemory(pid: number): { stop(): number[] } {
  const samples: number[] = [];
  const timer = setInterval(() => {
    try {
      const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      if (kib !== undefined) samples.push(Number(kib) * 1024);
    } catch {
      // No /proc here.
    }
  }, 1000);
  return {
    stop() {
      clearInterval(timer);
      return samples;
    },
  };
}

/** User and system time of a process, in hundredths of a second as Linux counts them. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}
