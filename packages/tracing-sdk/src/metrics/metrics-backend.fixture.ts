/** A backend for OTLP/HTTP in JSON: traces and metrics as they came. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface JsonPoint {
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly value: number;
  readonly count: number;
  readonly sum: number;
  readonly bounds: readonly number[];
  readonly exemplars: readonly {
    readonly traceId?: string;
    readonly spanId?: string;
    readonly asDouble: number;
  }[];
}

export interface JsonMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  /** 1: delta, 2: cumulative. */
  readonly temporality: number | undefined;
  readonly scope: string;
  readonly points: readonly JsonPoint[];
}

export interface MetricsBackend {
  readonly url: string;
  /** One entry an export of metrics, in order of arrival. */
  readonly exports: readonly (readonly JsonMetric[])[];
  readonly resource: () => Readonly<Record<string, unknown>>;
  /** Ids of the spans that arrived. */
  readonly spans: readonly { readonly traceId: string; readonly spanId: string; readonly name: string }[];
  /** What metrics are answered from now on. */
  answer(status: number, body?: string): void;
  /** Of the last export that has it. */
  metric(name: string): JsonMetric;
  /** Resolves when so many exports of metrics have come in all. */
  waitForExports(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startMetricsBackend(port = 0): Promise<MetricsBackend> {
  const exports: JsonMetric[][] = [];
  const spans: { traceId: string; spanId: string; name: string }[] = [];
  let resource: Record<string, unknown> = {};
  let answer = { status: 200, body: '{}' };
  let arrived = (): void => {};
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = JSON.parse(
      (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString(),
    );
    if (request.url === '/v1/traces') {
      for (const { scopeSpans } of body.resourceSpans) {
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
      response.end('{}');
      return;
    }
    if (answer.status === 200) {
      resource = flat(body.resourceMetrics[0].resource.attributes);
      exports.push(
        body.resourceMetrics.flatMap((each: { scopeMetrics: RawScope[] }) =>
          each.scopeMetrics.flatMap(readScope),
        ),
      );
    }
    response.statusCode = answer.status;
    response.end(answer.body);
    arrived();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    spans,
    resource: () => resource,
    answer(status, body = '{}') {
      answer = { status, body };
    },
    metric(name) {
      const found = exports.flat().findLast((metric) => metric.name === name);
      if (found === undefined) {
        throw new Error(
          `no metric ${name}; there are ${[...new Set(exports.flat().map((each) => each.name))]}`,
        );
      }
      return found;
    },
    async waitForExports(count) {
      while (exports.length < count) await new Promise<void>((resolve) => (arrived = resolve));
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface RawAttribute {
  readonly key: string;
  readonly value: Record<string, string | number | boolean>;
}
interface RawPoint {
  readonly attributes: readonly RawAttribute[];
  readonly asInt?: number;
  readonly asDouble?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly explicitBounds?: number[];
  readonly exemplars?: JsonPoint['exemplars'];
}
interface RawData {
  readonly dataPoints: readonly RawPoint[];
  readonly aggregationTemporality?: number;
}
interface RawScope {
  readonly scope: { readonly name: string };
  readonly metrics: readonly ({ readonly name: string; readonly unit?: string } & Record<string, unknown>)[];
}

function readScope({ scope, metrics }: RawScope): JsonMetric[] {
  return metrics.map((metric) => {
    const kind = (['gauge', 'sum', 'histogram'] as const).find((each) => each in metric) ?? 'gauge';
    const data = metric[kind] as RawData;
    return {
      name: metric.name,
      unit: metric.unit ?? '',
      kind,
      temporality: data.aggregationTemporality,
      scope: scope.name,
      points: data.dataPoints.map((point) => ({
        attributes: flat(point.attributes) as JsonPoint['attributes'],
        value: Number(point.asInt ?? point.asDouble),
        count: Number(point.count),
        sum: Number(point.sum),
        bounds: point.explicitBounds ?? [],
        exemplars: point.exemplars ?? [],
      })),
    };
  });
}

function flat(attributes: readonly RawAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
