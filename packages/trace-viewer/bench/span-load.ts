import { Agent, request } from 'node:http';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

export interface Sent {
  readonly spans: number;
  /** Milliseconds until the answer. */
  readonly p50: number;
  readonly p99: number;
}

export interface SpanLoad {
  run(seconds: number): Promise<Sent>;
}

const TICK_MILLIS = 50;
const SPANS_A_TRACE = 10;
const SERVICES = ['checkout', 'inventory', 'search', 'llm-router'];

/** Sends traces of ten spans over four services, made by the stock SDK and encoded by its serializer, at a steady rate. */
export function createSpanLoad(url: string, spansPerSecond: number): SpanLoad {
  const made: ReadableSpan[] = [];
  const collector: SpanProcessor = {
    onStart() {},
    onEnd: (span) => void made.push(span),
    async forceFlush() {},
    async shutdown() {},
  };
  const tracers = SERVICES.map((service) =>
    new TracerProvider({
      spanProcessors: [collector],
      // Enough of a resource: where the spans are from.
      resource: {
        attributes: { 'service.name': service, 'host.name': `${service}-1` },
        getRawAttributes: () => [],
      } as never,
    }).getTracer('load'),
  );
  let number = 0;
  const makeTrace = (): void => {
    const n = number++;
    const start = Date.now();
    const failed = n % 20 === 0;
    const root = tracers[0]?.startSpan('POST /orders', {
      kind: SpanKind.SERVER,
      startTime: start,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/orders',
        'url.path': '/orders',
        'order.id': `order-${n}`,
        'cart.items': n % 9,
      },
    });
    if (root === undefined) return;
    const inRoot = trace.setSpan(context.active(), root);
    for (let i = 1; i < SPANS_A_TRACE; i++) {
      const child = tracers[i % tracers.length]?.startSpan(
        `GET /stock/:sku ${i}`,
        {
          kind: i % 2 === 0 ? SpanKind.CLIENT : SpanKind.SERVER,
          startTime: start + i,
          attributes: {
            'http.request.method': 'GET',
            'http.route': '/stock/:sku',
            'http.response.status_code': failed ? 500 : 200,
            'server.address': 'inventory',
            'server.port': 3001,
            'stock.sku': `A-${(n * 7 + i) % 500}`,
            'stock.shelf': i % 2 === 0 ? 'front' : 'basement',
            'thread.id': i,
            'user_agent.original': 'node',
            'network.protocol.version': '1.1',
          },
        },
        inRoot,
      );
      if (failed && i === 5)
        child?.setStatus({ code: SpanStatusCode.ERROR, message: 'shelf has fallen over' });
      child?.end(start + i + 1 + (n % 17));
    }
    if (failed) root.setStatus({ code: SpanStatusCode.ERROR });
    root.end(start + 12 + (n % 40));
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });

  return {
    async run(seconds) {
      const begun = performance.now();
      const answers: number[] = [];
      const pending: Promise<void>[] = [];
      let spans = 0;
      while (performance.now() - begun < seconds * 1000) {
        // As many as are due, also after a pause of ours.
        const due = Math.min(seconds, (performance.now() - begun) / 1000) * spansPerSecond;
        while (spans + made.length < due) makeTrace();
        const batch = made.splice(0);
        spans += batch.length;
        const body = batch.length === 0 ? undefined : ProtobufTraceSerializer.serializeRequest(batch);
        if (body !== undefined) pending.push(post(agent, `${url}/v1/traces`, body, answers));
        await new Promise((resolve) => setTimeout(resolve, TICK_MILLIS));
      }
      await Promise.all(pending);
      answers.sort((a, b) => a - b);
      const at = (share: number): number => answers[Math.floor(share * (answers.length - 1))] ?? 0;
      return { spans, p50: at(0.5), p99: at(0.99) };
    },
  };
}

function post(agent: Agent, url: string, body: Uint8Array, answers: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const sending = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/x-protobuf', 'content-length': body.byteLength },
      },
      (response) => {
        response.resume();
        response.on('end', () => {
          answers.push(performance.now() - sentAt);
          if (response.statusCode === 200) resolve();
          else reject(new Error(`the viewer answered ${response.statusCode}`));
        });
      },
    );
    sending.on('error', reject);
    sending.end(body);
  });
}
