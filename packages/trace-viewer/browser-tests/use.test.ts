import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ReceivedSpan } from '../src/receiver/otlp-parts.ts';
import { toOtlpJson } from '../src/traces/otlp-json.ts';
import { receivedSpan } from '../src/traces/received-span.fixture.ts';
import { demoTraces } from './demo-traces.ts';
import { accessibilityProblems, openViewerPage, type ViewerPage } from './viewer-page.ts';

/** What people do with it. */
let ui: ViewerPage;
beforeEach(async () => {
  ui = await openViewerPage();
});
afterEach(async () => {
  await ui?.close();
});

const operations = (): Promise<string[]> => ui.page.locator('.row .what a').allTextContents();
const place = (): string => {
  const { pathname, searchParams } = new URL(ui.page.url());
  return `${pathname}${[...searchParams].map(([key, value]) => ` ${key}=${value}`).join('')}`;
};
const press = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await ui.page.keyboard.press(key);
};
const waitForPlace = (wanted: string | RegExp): Promise<void> =>
  vi.waitFor(() => expect(place()).toMatch(wanted), { timeout: 30_000 });

describe('by keyboard alone', () => {
  test('search, open, walk to the failure, look at it, back', async () => {
    await ui.send(demoTraces({ now: Date.now(), count: 60, everyMillis: 100 }));
    await ui.show('/', '.row .what a');
    await press('/');
    await ui.page.keyboard.type('service:checkout status:error');
    await vi.waitFor(async () => expect(new Set(await operations())).toEqual(new Set(['POST /orders'])), {
      timeout: 30_000,
    });
    expect(place()).toBe('/ q=service:checkout status:error');
    await press('Enter', 'ArrowDown', 'ArrowUp', 'Enter');
    await waitForPlace(/^\/trace\/[0-9a-f]{32} q=service:checkout status:error$/);
    await ui.page.waitForSelector('.span-row');
    await press('e');
    await ui.page.getByText('has fallen over').first().waitFor();
    const active = ui.page.locator('.span-row.active');
    expect(await active.textContent()).toContain('look at shelf');
    // To its parent, closed and opened again.
    await press('ArrowLeft');
    await vi.waitFor(async () => expect(await active.textContent()).toContain('GET /stock/:sku'));
    const rows = (): Promise<number> => ui.page.locator('.span-row').count();
    const all = await rows();
    await press('ArrowLeft');
    await vi.waitFor(async () => expect(await rows()).toBe(all - 1));
    expect(await active.getAttribute('aria-expanded')).toBe('false');
    await press('ArrowRight');
    await vi.waitFor(async () => expect(await rows()).toBe(all));
    await press('z');
    await waitForPlace(/ from=\d+ to=\d+/);
    await press('0', 'c');
    await waitForPlace(/ path=off/);
    await press('Escape', 'Escape');
    await waitForPlace(/^\/ q=service:checkout status:error$/);
    expect(ui.complaints).toEqual([]);
  });

  test('every view, the theme, help, pause', async () => {
    await ui.send(demoTraces({ now: Date.now(), count: 10 }));
    await ui.show('/', '.row .what a');
    for (const [key, path] of [
      ['2', '/services'],
      ['3', '/map'],
      ['4', '/databases'],
      ['1', '/'],
    ] as const) {
      await press(key);
      await waitForPlace(path);
    }
    await press('t', 't');
    expect(await ui.page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await press('?');
    await ui.page.waitForSelector('dialog[open]');
    await press('Escape');
    await ui.page.waitForSelector('dialog', { state: 'detached' });
    await press('p');
    await ui.page.getByText('Paused').waitFor();
  });

  test('Enter works what has the focus, also while a trace is chosen', async () => {
    await ui.send(demoTraces({ now: Date.now(), count: 10 }));
    await ui.show('/', '.row .what a');
    await press('ArrowDown');
    await ui.page.waitForSelector('.row.active');
    await ui.page.getByRole('link', { name: 'Map' }).focus();
    await press('Enter');
    await waitForPlace('/map');
  });

  test('two traces compared', async () => {
    await ui.send(demoTraces({ now: Date.now(), count: 30 }));
    await ui.show('/?q=operation%3A%22POST+%2Forders%22', '.row .what a');
    await press('ArrowDown', 'x', 'ArrowDown', 'x');
    await waitForPlace(/^\/compare\/[0-9a-f]{32}\/[0-9a-f]{32}$/);
    await ui.page.getByText('Two traces of checkout POST /orders').waitFor();
    await press('ArrowDown', 'Enter');
    await waitForPlace(/^\/trace\/[0-9a-f]{32} span=/);
  });

  test('what can be reached with Tab is seen when it has the focus', async () => {
    await ui.send(demoTraces({ now: Date.now(), count: 10 }));
    const [trace] = ui.viewer.traces();
    await ui.show(`/trace/${trace?.traceId}`, '.span-row');
    await press('e', 'ArrowDown');
    const reached = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await press('Tab');
      const found = await ui.page.evaluate(() => {
        const node = document.activeElement as HTMLElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(node);
        return {
          name: node.getAttribute('aria-label') ?? node.textContent?.trim().slice(0, 30) ?? '',
          seen:
            (outlineStyle !== 'none' && outlineWidth !== '0px') ||
            node === document.body ||
            node.matches('.segments input'),
        };
      });
      expect(found.seen, `focus on ${found.name}`).toBe(true);
      reached.add(found.name);
    }
    for (const name of ['Traces', 'Copy JSON', 'Find spans in this trace', 'Spans', 'Width of the names']) {
      expect(reached).toContain(name);
    }
  });
});

test('search starts with the first letter, and suggests', async () => {
  await ui.send(demoTraces({ now: Date.now(), count: 60 }));
  await ui.show('/', '.row .what a');
  await ui.page.getByLabel('Search traces').pressSequentially('db.coll');
  await ui.page.getByRole('option', { name: 'db.collection.name=' }).waitFor();
  await press('ArrowDown', 'Enter');
  await ui.page.keyboard.type('docs');
  await vi.waitFor(
    async () =>
      expect(new Set(await operations())).toEqual(
        new Set(['GET /search', 'POST /answers', 'index documentation']),
      ),
    { timeout: 30_000 },
  );
  // The controls write the same query.
  await ui.page.getByLabel('Service', { exact: true }).selectOption('llm-router');
  await waitForPlace(/q=db\.collection\.name=docs service:llm-router$/);
  await ui.page.getByLabel('Errors').check();
  await ui.page.getByText('No trace matches').waitFor();
  await ui.page.getByText(/Show all/).click();
  await waitForPlace(/^\/$/);
});

test('new traces appear by themselves; under the pointer the list stands still', async () => {
  await ui.send(demoTraces({ now: Date.now() - 60_000, count: 5 }));
  await ui.show('/', '.row .what a');
  await ui.send(
    demoTraces({ now: Date.now(), count: 1 }).map((span) => ({
      ...span,
      traceId: 'a'.repeat(32),
      name: 'first',
    })),
  );
  await vi.waitFor(async () => expect((await operations())[0]).toBe('first'), { timeout: 30_000 });
  await ui.page.hover('.row >> nth=1');
  await ui.send(
    demoTraces({ now: Date.now(), count: 1 }).map((span) => ({
      ...span,
      traceId: 'b'.repeat(32),
      name: 'second',
    })),
  );
  await ui.page.getByText('1 newer trace').waitFor();
  expect((await operations())[0]).toBe('first');
  await ui.page.mouse.move(5, 5);
  await vi.waitFor(async () => expect((await operations())[0]).toBe('second'), { timeout: 30_000 });
});

test('what arrives is text, never markup', async () => {
  const evil = `<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>`;
  await ui.send([
    receivedSpan({
      id: '1',
      name: evil,
      service: evil,
      kind: 1,
      ms: 5,
      attributes: { [evil]: evil, 'url.full': 'javascript:alert(1)', 'db.system.name': evil },
      exception: [evil, evil],
    }),
    receivedSpan({
      id: '2',
      parent: '1',
      name: evil,
      service: `other ${evil}`,
      kind: 2,
      ms: 2,
      attributes: { 'server.address': evil },
    }),
  ]);
  ui.viewer.finishAll();
  await ui.show('/', '.row .what a');
  expect(await operations()).toEqual([evil]);
  await ui.page.locator('.row .what a').click();
  await ui.page.waitForSelector('.span-row');
  await press('e');
  await ui.page.waitForSelector('.failure');
  expect(await ui.page.locator('.attribute .value', { hasText: 'javascript:alert(1)' }).count()).toBe(1);
  expect(await ui.page.locator('a[href^="javascript"]').count()).toBe(0);
  for (const [path, ready] of [
    ['/services', '.figures td'],
    ['/map', '.node'],
    ['/databases', '.figures td'],
  ] as const) {
    await ui.show(path, ready);
    expect(await ui.page.locator('main img, main script, main iframe').count()).toBe(0);
  }
  expect(await ui.page.evaluate(() => 'pwned' in globalThis)).toBe(false);
  expect(ui.complaints).toEqual([]);
});

test('copies: the address of what is shown, OTLP JSON, text', async () => {
  await ui.send(demoTraces({ now: Date.now(), count: 1 }));
  const [trace] = ui.viewer.traces();
  await ui.show(`/trace/${trace?.traceId}`, '.span-row');
  await press('ArrowDown');
  const copied = async (button: string): Promise<string> => {
    await ui.page.getByRole('button', { name: button }).click();
    await ui.page.getByRole('button', { name: 'Copied' }).waitFor();
    const text = await ui.page.evaluate(() => navigator.clipboard.readText());
    await ui.page.getByRole('button', { name: button }).waitFor();
    return text;
  };
  expect(await copied('Copy link')).toBe(ui.page.url());
  expect(JSON.parse(await copied('Copy JSON'))).toEqual(toOtlpJson(trace?.spans ?? []));
  expect(await copied('Copy text')).toMatch(/^trace [0-9a-f]{32}[\s\S]+POST \/orders/);
  // The address alone brings back what was shown.
  const shown = await ui.page.locator('.span-row.active').textContent();
  await ui.page.reload();
  await vi.waitFor(async () => expect(await ui.page.locator('.span-row.active').textContent()).toBe(shown), {
    timeout: 30_000,
  });
});

test('a file let go on the page is shown; what is none is said to be none', async () => {
  await ui.show('/', '.welcome');
  const drop = async (name: string, content: string): Promise<void> => {
    await ui.page.evaluate(
      ([file, text]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text as string], file as string, { type: 'application/json' }));
        dispatchEvent(new DragEvent('dragover', { dataTransfer, cancelable: true }));
        dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
      },
      [name, content],
    );
  };
  await drop('notes.txt', 'hello');
  await ui.page.getByText('notes.txt could not be read: malformed JSON').waitFor();
  const one = demoTraces({ now: Date.now(), count: 1 });
  await drop('order.json', JSON.stringify(toOtlpJson(one), null, 2));
  await waitForPlace(`/trace/${one[0]?.traceId}`);
  await ui.page.getByText('POST /orders').first().waitFor();
  await drop(
    'many.jsonl',
    demoTraces({ now: Date.now(), count: 4 })
      .map((span) => JSON.stringify(toOtlpJson([span])))
      .join('\n'),
  );
  await waitForPlace('/ q=from:file');
  await vi.waitFor(async () => expect(await operations()).toHaveLength(4), { timeout: 30_000 });
});

test('a trace of 10,000 spans: only what is in view is drawn, and its end is a key away', async () => {
  const spans: ReceivedSpan[] = [receivedSpan({ id: '1', name: 'root', ms: 10_000 })];
  for (let i = 2; i <= 10_000; i++) {
    spans.push(
      receivedSpan({
        id: i.toString(16),
        parent: Math.ceil(i / 8).toString(16),
        name: `step ${i}`,
        at: i,
        ms: 5,
        failed: i === 9000,
      }),
    );
  }
  await ui.send(spans);
  await ui.show('/', '.row .what a');
  const before = performance.now();
  await ui.page.locator('.row .what a').click();
  await ui.page.waitForSelector('.span-row');
  console.log(`10,000 spans: opened in ${Math.round(performance.now() - before)} ms`);
  expect(await ui.page.locator('.span-row').count()).toBeLessThan(60);
  await press('End');
  await vi.waitFor(
    async () => expect(await ui.page.locator('.span-row.active').getAttribute('aria-rowindex')).toBe('10000'),
    { timeout: 30_000 },
  );
  expect(await ui.page.locator('.span-row').count()).toBeLessThan(60);
  await press('e');
  await vi.waitFor(
    async () => expect(await ui.page.locator('.span-row.active').textContent()).toContain('step 9000'),
    { timeout: 30_000 },
  );
  await press('/');
  await ui.page.keyboard.type('"step 777"');
  await ui.page.getByText('1 match').waitFor();
  await press('Enter');
  await vi.waitFor(
    async () => expect(await ui.page.locator('.span-row.active').textContent()).toContain('step 777'),
    { timeout: 30_000 },
  );
  await ui.page.locator('.waterfall').focus();
  await press('[');
  await vi.waitFor(async () => expect(await ui.page.locator('.span-row').count()).toBe(1));
  expect(await accessibilityProblems(ui.page)).toEqual([]);
});

test('memory is bounded, and the page says what has gone', async () => {
  const small = await openViewerPage({ viewer: { maxSpans: 50 } });
  try {
    const all = demoTraces({ now: Date.now(), count: 40 });
    const [first] = all;
    await small.send(all.filter(({ traceId }) => traceId === first?.traceId));
    await small.show(`/trace/${first?.traceId}`, '.span-row');
    for (let i = 0; i < all.length; i += 20) await small.send(all.slice(i, i + 20));
    await small.page.getByText(/older traces made room for newer ones/).waitFor();
    // What is being looked at stays to be looked at.
    await small.page.getByText('had to make room for newer ones', { exact: false }).first().waitFor();
    expect(await small.page.locator('.span-row').count()).toBeGreaterThan(3);
  } finally {
    await small.close();
  }
});

test('refused exports are said, and a viewer that has ended', async () => {
  await ui.show('/', '.welcome');
  await fetch(`${ui.viewer.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: 'hello',
  });
  await ui.page.getByText(/1 export refused, the last with 400 malformed JSON/).waitFor();
  await ui.viewer.close();
  await ui.page.getByText('The viewer does not answer').waitFor();
});
