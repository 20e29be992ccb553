/** Traces as a shop with a search makes them, always the same: for pictures and for tests in the browser. */
import type { ReceivedSpan } from '../src/receiver/otlp-parts.ts';

export interface DemoOptions {
  /** Milliseconds since 1970 of the last one. */
  readonly now: number;
  readonly count: number;
  /** Milliseconds between two. Default: 700. */
  readonly everyMillis?: number;
}

interface Draft {
  readonly name: string;
  readonly service: string;
  readonly kind: ReceivedSpan['kind'];
  /** Milliseconds since the trace's start. */
  readonly at: number;
  readonly ms: number;
  readonly attributes?: ReceivedSpan['attributes'];
  readonly failure?: readonly [type: string, message: string];
  readonly children?: readonly Draft[];
}

const INTERNAL = 0;
const SERVER = 1;
const CLIENT = 2;

/** Numbers from 0 to 1 that look random and are the same each time. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function demoTraces({ now, count, everyMillis = 700 }: DemoOptions): ReceivedSpan[] {
  const random = createRandom(7);
  const spans: ReceivedSpan[] = [];
  for (let i = 0; i < count; i++) {
    const start = BigInt(Math.round(now - (count - i) * everyMillis)) * 1_000_000n;
    const traceId = hex(random, 32);
    const draft =
      i % 3 === 2
        ? search(random, i)
        : i % 11 === 5
          ? answer(random)
          : i % 17 === 6
            ? index(random)
            : order(random, i);
    addSpans(spans, draft, { traceId, start, parent: undefined, random });
  }
  return spans;
}

function order(random: () => number, i: number): Draft {
  const slow = i % 13 === 4 ? 8 : 1;
  const gone = i % 7 === 3;
  const ms = (base: number): number => base * (0.7 + 0.6 * random());
  const shelf = ms(9) * slow;
  const stock = shelf + 5;
  const charge = gone ? 0 : ms(26);
  const total = 12 + stock + charge + 6;
  const status = gone ? 502 : 200;
  return {
    name: 'POST /orders',
    service: 'checkout',
    kind: SERVER,
    at: 0,
    ms: total,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/orders',
      'url.path': '/orders',
      'http.response.status_code': status,
      'cart.items': 2,
      'server.address': 'shop.example',
      'server.port': 443,
    },
    ...(gone && { failure: ['HttpError', 'inventory has no answer for GONE-7'] as const }),
    children: [
      {
        name: 'price cart',
        service: 'checkout',
        kind: INTERNAL,
        at: 2,
        ms: 5,
        attributes: { 'cart.items': 2 },
      },
      stockCall('A-17', 9, stock * 0.6, shelf * 0.55, false),
      stockCall(gone ? 'GONE-7' : 'FAR-3', 9, stock, shelf, gone),
      ...(gone
        ? []
        : [
            {
              name: 'charge card',
              service: 'checkout',
              kind: INTERNAL,
              at: 12 + stock,
              ms: charge,
              attributes: { 'payment.amount': 40, 'payment.currency': 'EUR' },
              children: [
                {
                  name: 'POST',
                  service: 'checkout',
                  kind: CLIENT,
                  at: 14 + stock,
                  ms: charge - 4,
                  attributes: {
                    'http.request.method': 'POST',
                    'url.full': 'https://payments.example/charge',
                    'server.address': 'payments.example',
                    'http.response.status_code': 201,
                  },
                },
              ],
            } satisfies Draft,
          ]),
    ],
  };
}

function stockCall(sku: string, at: number, ms: number, shelf: number, gone: boolean): Draft {
  const status = gone ? 500 : 200;
  return {
    name: 'GET',
    service: 'checkout',
    kind: CLIENT,
    at,
    ms,
    attributes: {
      'http.request.method': 'GET',
      'url.full': `http://inventory:3001/stock/${sku}`,
      'server.address': 'inventory',
      'server.port': 3001,
      'http.response.status_code': status,
    },
    ...(gone && { failure: ['500', ''] as const }),
    children: [
      {
        name: 'GET /stock/:sku',
        service: 'inventory',
        kind: SERVER,
        at: at + 1.5,
        ms: ms - 3,
        attributes: {
          'http.request.method': 'GET',
          'http.route': '/stock/:sku',
          'http.response.status_code': status,
        },
        ...(gone && { failure: ['Error', `shelf of ${sku} has fallen over`] as const }),
        children: [
          {
            name: 'look at shelf',
            service: 'inventory',
            kind: INTERNAL,
            at: at + 2.5,
            ms: shelf,
            attributes: { 'stock.sku': sku, 'stock.shelf': sku.startsWith('FAR') ? 'basement' : 'front' },
            ...(gone && { failure: ['Error', `shelf of ${sku} has fallen over`] as const }),
          },
        ],
      },
    ],
  };
}

function search(random: () => number, i: number): Draft {
  const words = ['sampling', 'exit', 'qdrant', 'bench', 'redaction'];
  const server = 0.4 + random() * 1.4;
  const call = server + 1.2 + random() * 2;
  const rows = 3 + Math.floor(random() * 6);
  return {
    name: 'GET /search',
    service: 'search',
    kind: SERVER,
    at: 0,
    ms: call + 6,
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/search',
      'url.query': `q=${words[i % words.length]}`,
      'http.response.status_code': 200,
    },
    children: [
      {
        name: 'embed question',
        service: 'search',
        kind: INTERNAL,
        at: 0.6,
        ms: 2,
        attributes: { 'question.words': 1 },
      },
      {
        name: 'query docs',
        service: 'search',
        kind: CLIENT,
        at: 3,
        ms: call,
        attributes: {
          'db.system.name': 'qdrant',
          'db.operation.name': 'query',
          'db.collection.name': 'docs',
          'server.address': 'qdrant',
          'server.port': 6333,
          'qdrant.query.limit': rows,
          'qdrant.query.kind': 'nearest',
          'qdrant.query.filtered': true,
          'db.response.returned_rows': rows,
          'qdrant.response.score_min': 0.41,
          'qdrant.response.score_max': 0.93,
          'qdrant.server.duration': server / 1000,
        },
      },
    ],
  };
}

/** What a nightly job does: writes points, and asks for a collection that has gone. */
function index(random: () => number): Draft {
  const server = 6 + random() * 9;
  const qdrant = (operation: string, collection: string, at: number, ms: number): Draft => ({
    name: `${operation} ${collection}`,
    service: 'indexer',
    kind: CLIENT,
    at,
    ms,
    attributes: {
      'db.system.name': 'qdrant',
      'db.operation.name': operation,
      'db.collection.name': collection,
      'server.address': 'qdrant',
      'server.port': 6333,
    },
  });
  const upsert = qdrant('upsert', 'docs', 4, server + 5);
  const archive = qdrant('query', 'archive', server + 12, 2.4);
  return {
    name: 'index documentation',
    service: 'indexer',
    kind: INTERNAL,
    at: 0,
    ms: server + 16,
    attributes: { 'index.passages': 64 },
    children: [
      {
        ...upsert,
        attributes: {
          ...upsert.attributes,
          'qdrant.request.points': 64,
          'qdrant.write.wait': true,
          'qdrant.update.status': 'completed',
          'qdrant.server.duration': server / 1000,
        },
      },
      {
        ...archive,
        attributes: { ...archive.attributes, 'db.response.status_code': '404' },
        failure: ['404', "Not found: Collection 'archive' doesn't exist!"],
      },
    ],
  };
}

function answer(random: () => number): Draft {
  const model = 380 + random() * 900;
  const input = 500 + Math.floor(random() * 900);
  const output = 40 + Math.floor(random() * 300);
  const messages = JSON.stringify([
    { role: 'user', parts: [{ type: 'text', content: 'How is a rate scaled back after sampling?' }] },
  ]);
  return {
    name: 'POST /answers',
    service: 'llm-router',
    kind: SERVER,
    at: 0,
    ms: model + 40,
    attributes: { 'http.request.method': 'POST', 'http.route': '/answers', 'http.response.status_code': 200 },
    children: [
      {
        name: 'GET',
        service: 'llm-router',
        kind: CLIENT,
        at: 3,
        ms: 14,
        attributes: {
          'http.request.method': 'GET',
          'url.full': 'http://search:3002/search?q=rate',
          'server.address': 'search',
          'http.response.status_code': 200,
        },
        children: [
          {
            ...search(random, 0),
            at: 4,
            ms: 11,
            children: search(random, 0).children?.map((child) => ({ ...child, at: child.at + 4 })) ?? [],
          },
        ],
      },
      {
        name: 'chat gpt-5-mini',
        service: 'llm-router',
        kind: CLIENT,
        at: 22,
        ms: model,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'gpt-5-mini',
          'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
          'gen_ai.usage.input_tokens': input,
          'gen_ai.usage.output_tokens': output,
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.input.messages': messages,
          'server.address': 'api.openai.com',
        },
      },
    ],
  };
}

interface Place {
  readonly traceId: string;
  /** Nanoseconds. */
  readonly start: bigint;
  readonly parent: string | undefined;
  readonly random: () => number;
}

function addSpans(spans: ReceivedSpan[], draft: Draft, place: Place): void {
  const { traceId, start, parent, random } = place;
  const spanId = hex(random, 16);
  const from = start + nanos(draft.at);
  const to = from + nanos(Math.max(0.05, draft.ms));
  const [type, message] = draft.failure ?? [];
  const isStatus = type !== undefined && /^\d+$/.test(type);
  spans.push({
    traceId,
    spanId,
    parentSpanId: parent,
    traceState: '',
    flags: 1,
    name: draft.name,
    kind: draft.kind,
    startTimeUnixNano: from,
    endTimeUnixNano: to,
    attributes: { ...draft.attributes, ...(type !== undefined && { 'error.type': type }) },
    events:
      type === undefined || isStatus
        ? []
        : [
            {
              name: 'exception',
              timeUnixNano: to - 400_000n,
              attributes: {
                'exception.type': type,
                'exception.message': message ?? '',
                'exception.stacktrace': `${type}: ${message}\n    at reserve (file:///srv/checkout/app.js:41:27)\n    at async order (file:///srv/checkout/app.js:18:5)`,
              },
              droppedAttributesCount: 0,
            },
          ],
    links: [],
    status: { code: type === undefined ? 0 : 2, message: message ?? '' },
    droppedCounts: { attributes: 0, events: 0, links: 0 },
    resource: {
      attributes: {
        'service.name': draft.service,
        'service.version': '1.4.2',
        'service.instance.id': `${draft.service}-1`,
        'host.name': `${draft.service}-5d9f`,
        'telemetry.sdk.language': 'nodejs',
      },
    },
    instrumentationScope: { name: '@uat/tracing-sdk', version: '0.1.0' },
  });
  for (const child of draft.children ?? []) addSpans(spans, child, { ...place, parent: spanId });
}

function nanos(millis: number): bigint {
  return BigInt(Math.round(millis * 1e6));
}

function hex(random: () => number, digits: number): string {
  let text = '';
  while (text.length < digits)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return text;
}
