import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoTraces } from './demo-traces.ts';
import { accessibilityProblems, openViewerPage, type ViewerPage } from './viewer-page.ts';

/** Every view, as it is first seen: what must be there, in light and dark, with axe. */
let ui: ViewerPage;
let failed: string;
let search: string;

beforeAll(async () => {
  ui = await openViewerPage();
  await ui.send(demoTraces({ now: Date.now(), count: 120, everyMillis: 100 }));
  ui.viewer.finishAll();
  failed = (await ui.viewer.waitForTrace('service:checkout status:error')).traceId;
  search = (await ui.viewer.waitForTrace('db.system.name=qdrant')).traceId;
});
afterAll(() => ui?.close());

interface View {
  readonly name: string;
  readonly path: () => string;
  readonly ready: string;
  readonly texts: readonly string[];
  /** Pressed before it is looked at. */
  readonly keys?: readonly string[];
}

const VIEWS: readonly View[] = [
  {
    name: 'traces',
    path: () => '/',
    ready: '.row .what a',
    texts: ['120 traces', 'POST /orders', 'of 100,000 spans'],
  },
  {
    name: 'traces found',
    path: () => '/?q=service%3Acheckout+status%3Aerror',
    ready: '.row .what a',
    texts: ['of 120 traces', 'POST /orders', '4 errors'],
  },
  {
    name: 'nothing found',
    path: () => '/?q=nowhere',
    ready: '.empty',
    texts: ['No trace matches', 'Show all 120 traces'],
  },
  {
    name: 'a query that is none',
    path: () => '/?q=status%3Abad',
    ready: '.problem',
    texts: ["status is error, ok or unset; got 'bad'"],
  },
  {
    name: 'a trace',
    path: () => `/trace/${failed}`,
    ready: '.span-row',
    texts: [
      'POST /orders',
      '8 spans',
      '2 services',
      '4 errors: where it began',
      'look at shelf',
      'Critical path',
    ],
  },
  {
    name: 'the span that failed first',
    path: () => `/trace/${failed}`,
    ready: '.span-row',
    keys: ['e'],
    texts: [
      'Error: shelf of GONE-7 has fallen over',
      'stock.sku',
      'GONE-7',
      'exception.stacktrace',
      'on the critical path',
    ],
  },
  {
    name: 'a database span',
    path: () => `/trace/${search}?find=db.system.name%3Dqdrant`,
    ready: '.span-row.match',
    keys: ['n'],
    texts: ['Database', 'Collection', 'db.collection.name', 'Qdrant', 'Server time', 'Rows'],
  },
  {
    name: 'a trace that is not here',
    path: () => '/trace/abc',
    ready: '.empty',
    texts: ['trace abc is not here'],
  },
  {
    name: 'two traces',
    path: () => `/compare/${failed}/${search}`,
    ready: '.pair',
    texts: ['Two traces of different operations', 'only in A', 'only in B'],
  },
  {
    name: 'services',
    path: () => '/services',
    ready: '.figures td',
    texts: ['checkout', 'POST /orders', 'p95', 'Errors'],
  },
  {
    name: 'map',
    path: () => '/map',
    ready: '.node',
    texts: ['qdrant', 'inventory', 'payments.example', 'Caller'],
  },
  {
    name: 'databases',
    path: () => '/databases',
    ready: '.figures td',
    texts: ['qdrant', 'query', 'docs', 'server', 'Rows'],
  },
  {
    name: 'keys',
    path: () => '/',
    ready: '.row .what a',
    keys: ['?'],
    texts: ['Everywhere', 'an attribute; != > >= < <= and ~ (contains)'],
  },
];

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  beforeAll(() => ui.page.emulateMedia({ colorScheme }));

  test.each(VIEWS)('$name', async ({ path, ready, texts, keys = [] }) => {
    const before = ui.complaints.length;
    await ui.show(path(), ready);
    for (const key of keys) await ui.page.keyboard.press(key);
    for (const text of texts) {
      await ui.page.getByText(text).first().waitFor({ state: 'attached' });
    }
    const ground = await ui.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(18, 21, 26)');
    expect(await accessibilityProblems(ui.page)).toEqual([]);
    // What the page asked for in vain is reported by the browser, and expected in these two.
    const expected = /status of 40[04]/;
    expect(ui.complaints.slice(before).filter((complaint) => !expected.test(complaint))).toEqual([]);
  });
});

test('before the first trace: what to do', async () => {
  const empty = await openViewerPage();
  try {
    await empty.show('/', '.welcome');
    await empty.page.getByText(`OTEL_EXPORTER_OTLP_ENDPOINT=${empty.viewer.url}`).waitFor();
    expect(await accessibilityProblems(empty.page)).toEqual([]);
    // And then it comes.
    await empty.send(demoTraces({ now: Date.now(), count: 1 }));
    await empty.page.waitForSelector('.row .what a');
    expect(empty.complaints).toEqual([]);
  } finally {
    await empty.close();
  }
});
