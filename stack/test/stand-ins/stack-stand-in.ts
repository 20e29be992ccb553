import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpanKind } from '@opentelemetry/api';
import { type QdrantStandIn, startQdrantStandIn } from '@uat/qdrant-stand-in';
import type { ReceivedSpan } from '@uat/tracing-sdk/testing';
import type { CheckSettings } from '../../src/check/check-settings.ts';
import { parseOtlpEndpoint } from '../../src/check/otlp-endpoint.ts';
import { type CollectorStandIn, startCollectorStandIn } from './collector-stand-in.ts';
import { type HttpStandIn, NOT_FOUND, startHttpStandIn } from './http-stand-in.ts';
import { startTraceStoreStandIn } from './trace-store-stand-in.ts';

export interface StackStandIn {
  readonly collector: CollectorStandIn;
  readonly jaeger: HttpStandIn;
  readonly tempo: HttpStandIn;
  readonly prometheus: HttpStandIn;
  readonly alertmanager: HttpStandIn;
  readonly grafana: HttpStandIn;
  readonly qdrant: QdrantStandIn;
  /** Values of the secret files. */
  readonly keys: { readonly grafana: string; readonly qdrant: string };
  readonly secretsFolder: string;
  /** How far Prometheus's counters lag behind what the collector got. */
  prometheusLag: number;
  /** For `runCheck`, with a short wait. */
  settings(overrides?: Partial<CheckSettings>): CheckSettings;
  close(): Promise<void>;
}

/** Every part of the stack as a server that answers as the real one does, fed by what the collector gets. */
export async function startStackStandIn(): Promise<StackStandIn> {
  const keys = { grafana: randomBytes(16).toString('hex'), qdrant: randomBytes(16).toString('hex') };
  const secretsFolder = await mkdtemp(join(tmpdir(), 'stack-check-'));
  await writeFile(join(secretsFolder, 'grafana_admin_password'), `${keys.grafana}\n`, { mode: 0o600 });
  await writeFile(join(secretsFolder, 'qdrant_api_key'), keys.qdrant, { mode: 0o600 });
  const collector = await startCollectorStandIn();
  const find = (traceId: string): ReceivedSpan[] =>
    collector.exported.filter((span) => span.traceId === traceId);
  const [jaeger, tempo, prometheus, alertmanager, grafana, qdrant] = await Promise.all([
    startTraceStoreStandIn('jaeger', find),
    startTraceStoreStandIn('tempo', find),
    startPrometheus(() => ({ received: collector.received, lag: standIn.prometheusLag })),
    startAlertmanager(),
    startGrafana(keys.grafana),
    startQdrantStandIn({ apiKey: keys.qdrant }),
  ]);
  const standIn: StackStandIn = {
    collector,
    jaeger,
    tempo,
    prometheus,
    alertmanager,
    grafana,
    qdrant,
    keys,
    secretsFolder,
    prometheusLag: 0,
    settings: (overrides = {}) => ({
      endpoints: [
        parseOtlpEndpoint(`grpc://${collector.grpcPlace}`),
        parseOtlpEndpoint(`http://${collector.http.place}`),
      ],
      addresses: {
        'collector-health': `${collector.health.url}/health`,
        'collector-metrics': `${collector.metrics.url}/metrics`,
        jaeger: jaeger.url,
        tempo: tempo.url,
        prometheus: prometheus.url,
        alertmanager: alertmanager.url,
        grafana: grafana.url,
        qdrant: qdrant.url,
      },
      skip: new Set(),
      waitSeconds: 1,
      grafanaUser: 'admin',
      secretsFolder,
      json: false,
      ...overrides,
    }),
    async close() {
      const parts = [collector, jaeger, tempo, prometheus, alertmanager, grafana, qdrant];
      await Promise.all(parts.map((part) => part.close()));
      await rm(secretsFolder, { recursive: true, force: true });
    },
  };
  return standIn;
}

/** Counts what the collector would push: a call a server span, and an edge of the graph. */
function startPrometheus(
  source: () => { received: readonly ReceivedSpan[]; lag: number },
): Promise<HttpStandIn> {
  return startHttpStandIn(({ path, query }) => {
    const { received, lag } = source();
    const count = Math.max(0, received.filter(({ kind }) => kind === SpanKind.SERVER).length - lag);
    switch (path) {
      case '/-/ready':
        return { body: 'Prometheus Server is Ready.\n' };
      case '/api/v1/query': {
        const known = /traces_span_metrics_calls_total|traces_service_graph_request_total/.test(
          query.get('query') ?? '',
        );
        const result = known && count > 0 ? [{ metric: {}, value: [Date.now() / 1000, String(count)] }] : [];
        return { body: { status: 'success', data: { resultType: 'vector', result } } };
      }
      case '/api/v1/series':
        return {
          body: {
            status: 'success',
            data: [{ __name__: 'traces_span_metrics_calls_total', span_name: 'GET' }],
          },
        };
      case '/api/v1/alertmanagers':
        return {
          body: {
            status: 'success',
            data: { activeAlertmanagers: [{ url: 'http://alertmanager:9093/api/v2/alerts' }] },
          },
        };
      default:
        return NOT_FOUND;
    }
  });
}

function startAlertmanager(): Promise<HttpStandIn> {
  return startHttpStandIn(({ path }) => {
    if (path === '/-/ready') return { body: 'OK' };
    if (path === '/api/v2/status') return { body: { versionInfo: { version: '0.31.1' } } };
    return NOT_FOUND;
  });
}

const DATA_SOURCES = [
  { uid: 'prometheus', name: 'Prometheus', type: 'prometheus' },
  { uid: 'tempo', name: 'Tempo', type: 'tempo' },
  { uid: 'jaeger', name: 'Jaeger', type: 'jaeger' },
];

function startGrafana(password: string): Promise<HttpStandIn> {
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  return startHttpStandIn(({ path, headers }) => {
    if (path === '/api/health') return { body: { database: 'ok', version: '13.2.3' } };
    if (headers.authorization !== authorization) {
      return { status: 401, body: { message: 'Invalid username or password' } };
    }
    if (path === '/api/datasources') return { body: DATA_SOURCES };
    if (/^\/api\/datasources\/uid\/(prometheus|tempo)\/health$/.test(path)) return { body: { status: 'OK' } };
    return NOT_FOUND;
  });
}
