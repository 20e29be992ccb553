import { describe, expect, test } from 'vitest';
import { receivedSpan, type SpanParts } from '../traces/received-span.fixture.ts';
import { displayWidth } from './terminal-text.ts';
import { renderWaterfall, type WaterfallOptions } from './waterfall.ts';

const SERVER = 1;
const CLIENT = 2;

const draw = (parts: readonly SpanParts[], options?: WaterfallOptions): string[] =>
  renderWaterfall(parts.map(receivedSpan), options).split('\n');

const CHECKOUT: readonly SpanParts[] = [
  {
    id: '5',
    parent: '4',
    name: 'look up stock',
    service: 'inventory',
    at: 23,
    ms: 230,
    attributes: { 'stock.sku': 'A-17' },
  },
  {
    id: '1',
    name: 'GET /checkout/:cart',
    kind: SERVER,
    ms: 412,
    failed: true,
    attributes: { 'http.request.method': 'GET', 'http.response.status_code': 502 },
  },
  { id: '2', parent: '1', name: 'price cart', at: 2, ms: 9.5, attributes: { 'cart.items': 3 } },
  {
    id: '3',
    parent: '1',
    name: 'GET',
    kind: CLIENT,
    at: 20,
    ms: 240,
    attributes: { 'url.full': 'http://127.0.0.1:3434/stock/A-17?token=x', 'http.response.status_code': 200 },
  },
  { id: '4', parent: '3', name: 'GET /stock/:sku', service: 'inventory', kind: SERVER, at: 22, ms: 236 },
  {
    id: '6',
    parent: '1',
    name: 'charge card',
    at: 300,
    ms: 100,
    exception: ['PaymentDeclined', 'the bank says no'],
  },
];

describe('draws', () => {
  test('a trace across two services, with a failure, at 80 columns', () => {
    expect(draw(CHECKOUT)).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c',
      '  412 ms, 6 spans, 2 failed, checkout, inventory',
      '✗ checkout: GET /checkout/:cart           ████████████████████████████    412 ms',
      '│  status=502',
      '├─ price cart                             █                              9.50 ms',
      '│     cart.items=3',
      '├─ GET                                     █████████████████              240 ms',
      '│  │  127.0.0.1:3434/stock/A-17',
      '│  └─ inventory: GET /stock/:sku           █████████████████              236 ms',
      '│     └─ look up stock                     ████████████████               230 ms',
      '│           stock.sku=A-17',
      '└─ ✗ charge card                                              ███████     100 ms',
      '      PaymentDeclined: the bank says no',
    ]);
  });

  test('children whose parent has not arrived', () => {
    const spans = [
      { id: 'b', parent: 'a', name: 'second', at: 5, ms: 5 },
      { id: 'c', parent: 'a', name: 'first', at: 1, ms: 5 },
      { id: '1', name: 'root', ms: 20 },
    ];
    expect(draw(spans)).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  20.0 ms, 3 spans, checkout',
      'checkout: root                            ████████████████████████████   20.0 ms',
      '(parent 000000000000000a has not arrived)',
      '├─ checkout: first                         ███████                       5.00 ms',
      '└─ checkout: second                              ███████                 5.00 ms',
    ]);
  });

  test('processes whose clocks disagree, and says by how much', () => {
    const spans = [
      { id: '1', name: 'call', kind: CLIENT, at: 1000, ms: 100 },
      { id: '2', parent: '1', name: 'serve', service: 'behind', at: 0, ms: 50 },
      { id: '3', parent: '2', name: 'inner', service: 'behind', at: 10, ms: 20 },
      { id: '4', parent: '1', name: 'serve', service: 'ahead', at: 5000, ms: 80 },
    ];
    expect(draw(spans)).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  100 ms, 4 spans, checkout, ahead, behind',
      '  clock of behind is about 1.02 s behind; taken out below',
      '  clock of ahead is about 3.99 s ahead; taken out below',
      'checkout: call                            ████████████████████████████    100 ms',
      '├─ ahead: serve                             ███████████████████████      80.0 ms',
      '└─ behind: serve                                 ██████████████          50.0 ms',
      '   └─ inner                                        ██████                20.0 ms',
    ]);
  });

  test('a consumer that begins after its producer where it is: that is no skew', () => {
    const spans = [
      { id: '1', name: 'send', kind: 3, ms: 10 },
      { id: '2', parent: '1', name: 'process', service: 'worker', kind: 4, at: 90, ms: 10 },
    ];
    expect(draw(spans)).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  100 ms, 2 spans, checkout, worker',
      'checkout: send                            ███                            10.0 ms',
      '└─ worker: process                                                 ███   10.0 ms',
    ]);
  });

  test('spans that took no time, next to none, or ended before they began', () => {
    const spans = [
      { id: '1', name: 'root', ms: 10 },
      { id: '2', parent: '1', name: 'instant', at: 5, ms: 0 },
      { id: '3', parent: '1', name: 'at the end', at: 10, ms: 0 },
      { id: '4', parent: '1', name: 'short', at: 9.99, ms: 0.0005 },
      { id: '5', parent: '1', name: 'backwards', at: 8, ms: -2 },
    ];
    expect(draw(spans)).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  10.0 ms, 5 spans, checkout',
      'checkout: root                            ████████████████████████████   10.0 ms',
      '├─ instant                                              ▏                   0 ms',
      '├─ backwards                                                    ▏           0 ms',
      '├─ short                                                             █    500 ns',
      '└─ at the end                                                        ▏      0 ms',
    ]);
    expect(draw([{ id: '1', name: 'only', ms: 0 }])).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  0 ms, 1 span, checkout',
      'checkout: only                            ▏                                 0 ms',
    ]);
  });

  test('wide characters by the columns they take', () => {
    const service = '店';
    const spans = [
      { id: '1', name: '購入手続き', service, ms: 10 },
      { id: '2', parent: '1', name: '🛒 cart 👩‍👩‍👧 family', service, at: 1, ms: 5 },
      { id: '3', parent: '1', name: 'とても長い名前のスパンはここで切り捨てられます', service, at: 6, ms: 4 },
      { id: '4', parent: '1', name: 'cafe\u0301 naïve', service, at: 6, ms: 4 },
    ];
    const lines = draw(spans);
    expect(lines).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  10.0 ms, 4 spans, 店',
      '店: 購入手続き                            ████████████████████████████   10.0 ms',
      '├─ 🛒 cart 👩‍👩‍👧 family                        ███████████████              5.00 ms',
      '├─ とても長い名前のスパンはここで切り捨…                  ████████████   4.00 ms',
      '└─ cafe\u0301 naïve                                             ████████████   4.00 ms',
    ]);
    expect(lines.slice(1).map(displayWidth)).toEqual([80, 80, 80, 80]);
  });

  test('text from outside without what controls a terminal', () => {
    const evil = {
      id: '1',
      name: '\u001b[2J\u001b]0;owned\u0007GET\r\n/\u202eevil',
      service: 'a\u009b31mb',
      ms: 10,
      attributes: { 'k\u001b[1m': 'v\u001b[0m\nnext' },
      exception: ['E\u0000', 'm\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\'],
    } as const;
    expect(draw([evil])).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  10.0 ms, 1 span, 1 failed, ab',
      '✗ ab: GET /evil                           ████████████████████████████   10.0 ms',
      '   E: mlink',
      '   k=v next',
    ]);
  });

  test('spans that are their own ancestors, and one sent twice', () => {
    const spans = [
      { id: '1', parent: '2', name: 'a', ms: 3 },
      { id: '2', parent: '1', name: 'b', at: 1, ms: 3 },
      { id: '3', parent: '3', name: 'own parent', at: 2 },
      { id: '3', parent: '3', name: 'sent twice', at: 2 },
    ];
    expect(draw(spans)).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  4.00 ms, 3 spans, checkout',
      'checkout: a                               █████████████████████          3.00 ms',
      '└─ b                                             █████████████████████   3.00 ms',
      'checkout: own parent                                    ███████          1.00 ms',
    ]);
  });

  test('no spans', () => {
    expect(draw([])).toEqual(['trace without spans']);
  });

  test('in 40 columns, and in no fewer', () => {
    const spans = [{ id: '1', name: 'GET /checkout/:cart', ms: 10, attributes: { a: 'x'.repeat(100) } }];
    expect(draw(spans, { width: 40 })).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c',
      '  10.0 ms, 1 span, checkout',
      'checkout: GET…  ██████████████   10.0 ms',
      '   a=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…',
    ]);
    expect(draw(spans, { width: 5 })).toEqual(draw(spans, { width: 40 }));
  });
});

describe('a trace of 1,000 spans', () => {
  test('shows what failed and what took long, and counts the rest', () => {
    const spans: SpanParts[] = [{ id: '1', name: 'root', ms: 1000 }];
    for (let i = 2; i <= 1000; i++) {
      spans.push({
        id: i.toString(16),
        parent: '1',
        name: i % 100 === 0 ? 'INSERT' : 'SELECT',
        at: i * 0.9,
        ms: i === 500 ? 200 : (i % 7) / 10,
        ...(i === 700 ? { exception: ['Error', 'deadlock'] as const } : {}),
      });
    }
    expect(draw(spans, { maxSpans: 6 })).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  1.00 s, 1000 spans, 1 failed, checkout',
      'checkout: root                            ████████████████████████████    1.00 s',
      '├─ SELECT                                 █                               600 µs',
      '├─ SELECT                                 █                               600 µs',
      '├─ SELECT                                 █                               600 µs',
      '├─ INSERT                                             ██████              200 ms',
      '├─ ✗ INSERT                                                ▏                0 ms',
      '│     Error: deadlock',
      '└─ … 994 more, 986 of them SELECT',
    ]);
    expect(draw(spans).length).toBeLessThan(50);
  });

  test('one below the other gives up the left of the tree, not the names', () => {
    const spans: SpanParts[] = [];
    for (let i = 1; i <= 1000; i++) {
      spans.push({
        id: i.toString(16),
        ...(i > 1 ? { parent: (i - 1).toString(16) } : {}),
        name: `level ${i}`,
        at: i / 10,
        ms: 200 - i / 10,
      });
    }
    expect(draw(spans, { maxSpans: 9 })).toEqual([
      'trace 0af7651916cd43dd8448eb211c80319c  200 ms, 1000 spans, checkout',
      'checkout: level 1                         ████████████████████████████    200 ms',
      '└─ level 2                                ████████████████████████████    200 ms',
      '   └─ level 3                             ████████████████████████████    200 ms',
      '      └─ level 4                          ████████████████████████████    200 ms',
      '         └─ level 5                       ████████████████████████████    200 ms',
      '            └─ level 6                    ████████████████████████████    199 ms',
      '               └─ level 7                 ████████████████████████████    199 ms',
      '…                └─ level 8               ████████████████████████████    199 ms',
      '…                └─ level 9               ████████████████████████████    199 ms',
      '…                └─ … 991 more',
    ]);
  });
});

test('colours change nothing but the colours', () => {
  const plain = draw(CHECKOUT).join('\n');
  const coloured = draw(CHECKOUT, { colours: true }).join('\n');
  expect(coloured).toContain('\u001b[31m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain);
});

test('no line is wider than asked for, at any width', () => {
  for (let width = 40; width <= 130; width++) {
    for (const line of draw(CHECKOUT, { width })) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  }
});
