/** Run with `--expose-gc`: sends a store sixteen times as many spans as it holds, and prints the heap after each fill. */
import { createOperations } from '../aggregates/operations.ts';
import { createServiceMap } from '../aggregates/service-map.ts';
import type { ReceivedSpan } from '../receiver/otlp-parts.ts';
import { receivedSpan } from '../traces/received-span.fixture.ts';
import { createTraceStore } from './trace-store.ts';

const MAX_SPANS = 20_000;
const SPANS_A_TRACE = 10;
const collect = (globalThis as unknown as { gc(): void }).gc;

function batch(traceNumber: number): ReceivedSpan[] {
  return Array.from({ length: SPANS_A_TRACE }, (_, i) =>
    receivedSpan({
      id: (traceNumber * SPANS_A_TRACE + i + 1).toString(16),
      ...(i > 0 && { parent: (traceNumber * SPANS_A_TRACE + 1).toString(16) }),
      traceId: traceNumber.toString(16).padStart(32, 'a'),
      name: `GET /stock/${i}`,
      service: `service-${i % 3}`,
      kind: 1,
      at: i,
      ms: 5,
      attributes: {
        // One that never comes again, as identifiers do, and some that do.
        'order.id': `order-${traceNumber}-${i}`,
        'http.request.method': 'GET',
        'http.route': '/stock/:sku',
        'http.response.status_code': 200 + (i % 3),
        'stock.sku': `A-${(traceNumber + i) % 100}`,
        'stock.shelf': i % 2 === 0 ? 'front' : 'basement',
      },
    }),
  );
}

const operations = createOperations();
const map = createServiceMap();
const store = createTraceStore({
  maxSpans: MAX_SPANS,
  maxBytes: Number.POSITIVE_INFINITY,
  quietMillis: 1,
  onSpan: operations.add,
  onFinished: map.add,
  onEvicted: map.forget,
});
collect();
const empty = process.memoryUsage().heapUsed;
const heaps: number[] = [];
let trace = 0;
for (let fill = 0; fill < 16; fill++) {
  for (let i = 0; i < MAX_SPANS / SPANS_A_TRACE; i++) store.add(batch(++trace));
  store.finishAll();
  collect();
  heaps.push(process.memoryUsage().heapUsed - empty);
}
console.log(JSON.stringify({ heaps, estimate: store.counts.bytes, held: store.counts.spans }));
