import { randomBytes, randomFillSync } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

export const SPANS_A_TRACE = 4;
const TRACES_A_REQUEST = 128;

export interface Delivery {
  /** Trace ids, in hexadecimal, of all that the collector said yes to. */
  readonly accepted: readonly string[];
  /** Requests that were turned away and sent again, as exporters do. */
  readonly repeated: number;
  readonly seconds: number;
}

/**
 * Realistic traces (a request, a database call, a call to a model, another service), encoded once: a request is the same
 * bytes with other trace ids, so that one process can send far more than a collector can take.
 *
 * @param url of the collector, such as `http://10.77.1.2:4318`
 * @param traces how many; rounded up to whole requests
 * @param rate traces a second; default as fast as it goes
 * @param seconds begins no request after that time, even if the collector has not taken all by then
 * @throws Error when a request is not taken within `patienceMillis`
 */
export async function sendLoad(
  url: string,
  traces: number,
  {
    rate = Number.POSITIVE_INFINITY,
    seconds = Number.POSITIVE_INFINITY,
    inFlight = 4,
    patienceMillis = 60_000,
  } = {},
): Promise<Delivery> {
  const accepted: string[] = [];
  let repeated = 0;
  let requests = Math.ceil(traces / TRACES_A_REQUEST);
  let begun = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    const template = encode();
    while (requests-- > 0 && performance.now() < started + seconds * 1000) {
      await delay(Math.max(0, started + ((begun++ * TRACES_A_REQUEST) / rate) * 1000 - performance.now()));
      const ids = template.renew();
      const giveUp = performance.now() + patienceMillis;
      for (
        let answer = await post(url, template.body);
        answer !== 200;
        answer = await post(url, template.body)
      ) {
        if (performance.now() > giveUp) throw new Error(`not taken in ${patienceMillis} ms: ${answer}`);
        repeated++;
        await delay(200);
      }
      accepted.push(...ids);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { accepted, repeated, seconds: (performance.now() - started) / 1000 };
}

async function post(url: string, body: Uint8Array<ArrayBuffer>): Promise<number | string> {
  try {
    const response = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body,
      signal: AbortSignal.timeout(30_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    return String((error as Error).cause ?? error);
  }
}

function encode(): { body: Uint8Array<ArrayBuffer>; renew: () => string[] } {
  const ids = Array.from({ length: TRACES_A_REQUEST }, () => randomBytes(16));
  const spans = ids.flatMap((id) => traceOf(id.toString('hex')));
  const body = new Uint8Array(ProtobufTraceSerializer.serializeRequest(spans)!);
  const bytes = Buffer.from(body.buffer);
  const places = ids.map((id) => {
    const found: number[] = [];
    for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, at + 1)) found.push(at);
    return found;
  });
  const fresh = Buffer.alloc(16 * ids.length);
  const renew = (): string[] => {
    randomFillSync(fresh);
    return places.map((found, index) => {
      const id = fresh.subarray(16 * index, 16 * index + 16);
      for (const at of found) id.copy(bytes, at);
      return id.toString('hex');
    });
  };
  return { body, renew };
}

const RESOURCE = resourceFromAttributes({
  'service.name': 'load',
  'service.namespace': 'shop',
  'service.version': '1.4.2',
  'service.instance.id': 'load-0',
  'deployment.environment.name': 'test',
  'host.name': 'load-0.internal',
  'telemetry.sdk.language': 'nodejs',
});

function traceOf(traceId: string): ReadableSpan[] {
  const root = spanId();
  return [
    span(traceId, root, undefined, 'POST /api/orders/{id}', SpanKind.SERVER, {
      'http.request.method': 'POST',
      'http.route': '/api/orders/{id}',
      'url.path': '/api/orders/4711',
      'url.query': 'page=2&sort=price',
      'url.scheme': 'https',
      'server.address': 'shop.example',
      'server.port': 443,
      'http.response.status_code': 200,
      'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
      'client.address': '192.0.2.17',
    }),
    span(traceId, spanId(), root, 'query items', SpanKind.CLIENT, {
      'db.system.name': 'qdrant',
      'db.operation.name': 'query',
      'db.collection.name': 'items',
      'server.address': 'qdrant',
      'server.port': 6333,
      'db.response.returned_rows': 10,
    }),
    span(traceId, spanId(), root, 'chat gpt-x', SpanKind.CLIENT, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-x',
      'gen_ai.usage.input_tokens': 512,
      'gen_ai.usage.output_tokens': 128,
      'server.address': 'llm.example',
    }),
    span(traceId, spanId(), root, 'GET', SpanKind.CLIENT, {
      'http.request.method': 'GET',
      'url.full': 'http://stock.internal:8080/v1/stock/4711?warehouse=3',
      'server.address': 'stock.internal',
      'http.response.status_code': 200,
    }),
  ];
}

function spanId(): string {
  return randomBytes(8).toString('hex');
}

function span(
  traceId: string,
  id: string,
  parent: string | undefined,
  name: string,
  kind: SpanKind,
  attributes: ReadableSpan['attributes'],
): ReadableSpan {
  const end = Date.now();
  const time = (millis: number): [number, number] => [Math.floor(millis / 1000), (millis % 1000) * 1e6];
  const context = (spanId: string) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return {
    name,
    kind,
    spanContext: () => context(id),
    ...(parent !== undefined && { parentSpanContext: context(parent) }),
    startTime: time(end - 30),
    endTime: time(end),
    duration: [0, 30e6],
    status: { code: SpanStatusCode.UNSET },
    attributes,
    links: [],
    events: [],
    ended: true,
    resource: RESOURCE,
    instrumentationScope: { name: 'load', version: '1' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } as ReadableSpan;
}
