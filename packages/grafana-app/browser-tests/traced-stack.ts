import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type NativeService, type NativeStack, startNativeStack } from '../../../stack/src/native/index.ts';
import type { HostDataSource } from '../host/api/data-sources.ts';

const APP = fileURLToPath(new URL('../../../stack/test/dashboard-app.ts', import.meta.url));
/** Two, so that there is something to choose. */
export const ENVIRONMENTS = { front: 'test', back: 'staging' } as const;
const COLLECTIONS = { items: 3, documents: 4 } as const;

/** The stack's real Collector and Prometheus, a Qdrant stood in for, and two services that trace themselves. */
export class TracedStack {
  readonly stack: NativeStack;
  readonly #front: NativeService;
  #wanted = true;
  readonly #traffic: Promise<void>;
  orders = 0;

  constructor(stack: NativeStack, front: NativeService) {
    this.stack = stack;
    this.#front = front;
    this.#traffic = this.#makeOrders();
  }

  get prometheusUrl(): string {
    return this.stack.prometheus.url(9090);
  }

  /** As `stack/grafana/provisioning` has them; nothing answers for Tempo and Jaeger. */
  get dataSources(): readonly HostDataSource[] {
    // No port that fetch refuses by itself, as 9.
    const nowhere = 'http://127.0.0.1:65531';
    return [
      {
        uid: 'prometheus',
        name: 'Prometheus',
        type: 'prometheus',
        url: this.prometheusUrl,
        isDefault: true,
        jsonData: { timeInterval: '1s' },
      },
      { uid: 'tempo', name: 'Tempo', type: 'tempo', url: nowhere },
      { uid: 'jaeger', name: 'Jaeger', type: 'jaeger', url: nowhere },
    ];
  }

  /** Some ten orders a second, until they are no longer wanted. One that fails is one of them: the next is made all the same. */
  async #makeOrders(): Promise<void> {
    while (this.#wanted) {
      this.orders++;
      await fetch(`${this.#front.url(8080)}/order?n=${this.orders}`, { signal: AbortSignal.timeout(30_000) })
        .then((response) => response.arrayBuffer())
        .catch(() => {});
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#traffic;
    await this.stack.stop();
  }
}

/** Starts all of it; Prometheus has the first rates when this returns. */
export async function startTracedStack(): Promise<TracedStack> {
  const stack = await startNativeStack({
    settings: { METRICS_FLUSH_INTERVAL: '1s', DECISION_WAIT: '2s', DECISION_WAIT_AFTER_ROOT: '1s' },
  });
  try {
    for (const [name, size] of Object.entries(COLLECTIONS)) {
      await qdrant(stack, 'PUT', `/collections/${name}`, { vectors: { size, distance: 'Cosine' } });
    }
    await qdrant(stack, 'PUT', '/collections/documents/points?wait=true', {
      points: Array.from({ length: 200 }, (_, id) => ({ id, vector: [1, id, 0, 1] })),
    });
    await startService(stack, 'back', 8081, ENVIRONMENTS.back);
    const front = await startService(
      stack,
      'front',
      8080,
      ENVIRONMENTS.front,
      `http://${stack.network.host('app')}:8081`,
    );
    const traced = new TracedStack(stack, front);
    await stack.prometheus.waitFor(
      'count(service:requests:rate5m > 0)',
      (services) => services >= 2,
      120_000,
    );
    return traced;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

function startService(
  stack: NativeStack,
  name: string,
  port: number,
  inEnvironment: string,
  next?: string,
): Promise<NativeService> {
  return stack.startApp([process.execPath, APP], {
    environment: {
      SERVICE: name,
      PORT: String(port),
      ...(next === undefined ? {} : { NEXT: next }),
      HOST: stack.network.address('app'),
      UAT_TRACING_PRESET: 'collector',
      OTEL_EXPORTER_OTLP_ENDPOINT: stack.collector.urlWithin(4318),
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_RESOURCE_ATTRIBUTES: `deployment.environment.name=${inEnvironment},service.version=1.2.3`,
      QDRANT_URL: stack.qdrant.urlWithin(6333),
      QDRANT_API_KEY: stack.secrets.qdrantApiKey,
    },
    healthUrl: `http://127.0.0.1:${port}/health`,
  });
}

async function qdrant(stack: NativeStack, method: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${stack.qdrant.url(6333)}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'api-key': stack.secrets.qdrantApiKey },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}
