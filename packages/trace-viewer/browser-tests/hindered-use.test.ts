import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { receivedSpan } from '../src/traces/received-span.fixture.ts';
import { demoTraces } from './demo-traces.ts';
import { openViewerPage, type ViewerPage } from './viewer-page.ts';

/** What goes wrong around a page that stays open all day: it must neither stay wrong nor stand still. */
let ui: ViewerPage;
beforeEach(async () => {
  ui = await openViewerPage();
});
afterEach(async () => {
  await ui?.close();
});

const demo = (count: number) => demoTraces({ now: Date.now(), count, everyMillis: 100 });
const traceIds = (): string[] => ui.viewer.traces().map(({ traceId }) => traceId);
const waitForPlace = (wanted: string | RegExp): Promise<void> =>
  vi.waitFor(() => expect(decodeURIComponent(ui.page.url().slice(ui.viewer.url.length))).toMatch(wanted), {
    timeout: 10_000,
  });

test('a list that began empty can be scrolled to its end', async () => {
  await ui.show('/', '.welcome');
  await ui.send(demo(200));
  await ui.page.waitForSelector('.row .what a');
  await ui.page.locator('.list.traces').evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await ui.page.locator('.row[aria-rowindex="200"] .what a').waitFor();
});

test('after all was forgotten under the pointer, the next traces come in', async () => {
  await ui.send(demo(5));
  await ui.show('/', '.row .what a');
  await ui.page.hover('.row >> nth=1');
  await fetch(`${ui.viewer.url}/api/clear`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  await ui.page.waitForSelector('.welcome');
  await ui.page.mouse.move(5, 5);
  await ui.send(demo(1));
  await ui.page.waitForSelector('.row .what a');
  await ui.send([receivedSpan({ id: '1', traceId: 'a'.repeat(32), name: 'the next one' })]);
  await ui.page.locator('.row .what a', { hasText: 'the next one' }).waitFor();
});

test('dots stand still under the pointer, as rows do', async () => {
  await ui.send(demo(5));
  await ui.show('/', '.row .what a');
  await ui.page.hover('.scatter canvas');
  await ui.send([receivedSpan({ id: '1', traceId: 'a'.repeat(32), name: 'the next one' })]);
  await ui.page.getByText('1 newer trace').waitFor();
  await ui.page.mouse.move(5, 5);
  await ui.page.locator('.row .what a', { hasText: 'the next one' }).waitFor();
});

test('a request that did not reach the viewer is made again', async () => {
  await ui.send(demo(2));
  const [a, b] = traceIds();
  let failures = 0;
  await ui.page.route('**/api/compare/**', (route) => (failures++ === 0 ? route.abort() : route.continue()));
  await ui.show(`/compare/${a}/${b}`, '.pair');
  expect(failures).toBe(2);
});

test('what could not be done is said, and the message goes by itself while the page is live', async () => {
  await ui.send(demo(1));
  await ui.show('/', '.row .what a');
  await ui.page.route('**/api/clear', (route) => route.abort());
  await ui.page.getByRole('button', { name: 'Clear' }).click();
  await ui.page.getByText('Nothing was forgotten: the viewer does not answer').waitFor();
  // Longer than it stays, with the status that comes meanwhile.
  await ui.page.waitForSelector('.toast', { state: 'detached', timeout: 20_000 });
  expect(ui.complaints.filter((complaint) => !complaint.includes('ERR_FAILED'))).toEqual([]);
});

test('a search for a trace to compare with that fails is said, and can be tried again', async () => {
  await ui.send(demo(30));
  await ui.show('/?q=operation%3A%22POST+%2Forders%22', '.row .what a');
  await ui.page.locator('.row .what a').first().click();
  await ui.page.waitForSelector('.span-row');
  await ui.page.route('**/api/traces?**', (route) => route.abort(), { times: 1 });
  const choice = ui.page.getByLabel('Compare with another trace of this operation');
  await choice.selectOption('newest');
  await ui.page.getByText('the viewer does not answer').waitFor();
  await choice.selectOption('newest');
  await waitForPlace(/^\/compare\//);
});

test('where the browser may store nothing, the page is there, and the theme can be changed', async () => {
  await ui.page.addInitScript(() =>
    Object.defineProperty(globalThis, 'localStorage', {
      get: () => {
        throw new DOMException('Access is denied', 'SecurityError');
      },
    }),
  );
  await ui.show('/', '.welcome');
  await ui.page.keyboard.press('t');
  await ui.page.keyboard.press('t');
  expect(await ui.page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  expect(ui.complaints).toEqual([]);
});

test('a link to a span of another trace leads there, also from a trace that was searched for', async () => {
  const [from, to] = ['a'.repeat(32), 'b'.repeat(32)];
  const link = { traceId: to, spanId: '2'.padStart(16, '0'), traceState: '', flags: 1 };
  await ui.send([
    {
      ...receivedSpan({ id: '1', traceId: from }),
      links: [{ ...link, attributes: {}, droppedAttributesCount: 0 }],
    },
    receivedSpan({ id: '1', traceId: to, name: 'root' }),
    receivedSpan({ id: '2', parent: '1', traceId: to, name: 'linked' }),
  ]);
  await ui.show(`/trace/${from}?q=service%3Acheckout&span=${'1'.padStart(16, '0')}`, '.links a');
  await ui.page.locator('.links a').click();
  await ui.page.locator('.span-row.active', { hasText: 'linked' }).waitFor();
  await waitForPlace(`/trace/${to}?q=service:checkout&span=${link.spanId}`);
});

test('Escape in a comparison that was opened by its address leads to the list, not away', async () => {
  await ui.send(demo(2));
  const [a, b] = traceIds();
  await ui.show(`/compare/${a}/${b}`, '.pair');
  await ui.page.keyboard.press('Escape');
  await waitForPlace(/^\/$/);
  await ui.page.waitForSelector('.row .what a');
});

test('keys work on after a box was clicked', async () => {
  await ui.send(demo(30));
  const { traceId } = await ui.viewer.waitForTrace('service:checkout status:error');
  await ui.show(`/trace/${traceId}`, '.span-row');
  await ui.page.getByLabel('Critical path').click();
  await ui.page.keyboard.press('e');
  await ui.page.waitForSelector('.span-row.active');
});

test('a span that ends before it starts says so', async () => {
  await ui.send([receivedSpan({ id: '1', traceId: 'a'.repeat(32), ms: -5 })]);
  await ui.show('/', '.row .what a');
  expect(await ui.page.locator('.row .duration .value').textContent()).toBe('0 ms');
  await ui.page.locator('.row .what a').click();
  await ui.page.waitForSelector('.span-row');
  await ui.page.keyboard.press('ArrowDown');
  await ui.page.getByText('Ends 5.00 ms before it starts').waitFor();
});

test('a row of the table of databases leads to its traces, whatever names its spans have', async () => {
  await ui.send([
    receivedSpan({ id: '1', kind: 2, name: 'SELECT', attributes: { 'db.system': 'postgresql' } }),
    receivedSpan({ id: '2', traceId: 'b'.repeat(32), name: 'another' }),
  ]);
  await ui.show('/databases', '.figures td');
  await ui.page.getByRole('link', { name: 'SELECT' }).click();
  await waitForPlace(/^\/\?q=/);
  await ui.page.getByText('1 of 2 traces').waitFor();
});

test('a call that is waited for ten thousand times is drawn as what can be seen of it', async () => {
  const count = 5000;
  await ui.send([
    receivedSpan({ id: '1', name: 'root', ms: count * 2 }),
    ...Array.from({ length: count }, (_, i) =>
      receivedSpan({ id: (i + 2).toString(16), parent: '1', name: `step ${i}`, at: i * 2, ms: 1 }),
    ),
  ]);
  const [traceId] = traceIds();
  await ui.show(`/trace/${traceId}`, '.span-row');
  expect(await ui.page.locator('.span-row').first().locator('.critical').count()).toBeLessThan(1002);
});
