import { once } from 'node:events';
import { QdrantClient } from '@qdrant/js-client-rest';
import type { Tracing } from '@uat/tracing-sdk';
import { checkoutRoutes } from './checkout-routes.ts';
import { keepDocumentation } from './documentation-keeper.ts';
import { inventoryRoutes } from './inventory-routes.ts';
import { listenError } from './listen-error.ts';
import { pageRoutes } from './page-routes.ts';
import { questionRoutes } from './question-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { HttpError, type Routes, type RunningServer, serve } from './serve.ts';
import type { ServiceSettings } from './service-settings.ts';
import { sendServiceTraffic } from './service-traffic.ts';

/** Qdrant answers a search of this collection in milliseconds. */
const QDRANT_TIMEOUT_MILLIS = 5_000;
/** Requests that have no answer after it are cut. Within the 30 s that the compose file leaves between SIGTERM and SIGKILL, with the traffic before it. */
const STOP_TIMEOUT_MILLIS = 10_000;

/**
 * Serves orders, stock, searches and questions until SIGTERM or SIGINT, then answers what is under way, delivers the last spans and
 * metrics, and resolves.
 *
 * @param tracing running already; shut down at the end
 * @throws SettingsError (as a rejection) when the address makes no sense on this machine; ListenError when it cannot be had
 */
export async function runService(settings: ServiceSettings, tracing: Tracing): Promise<void> {
  const say = (line: string): void => console.log(line);
  const stopping = new AbortController();
  const { signal } = stopping;
  // Not `once`: npm and container runtimes pass on what the process has got already, and that must not cut it short.
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort(name));

  const qdrant = new QdrantClient({
    url: settings.qdrantUrl,
    checkCompatibility: false,
    timeout: QDRANT_TIMEOUT_MILLIS,
    ...(settings.qdrantApiKey === undefined ? {} : { apiKey: settings.qdrantApiKey }),
  });
  // A server of its own for the stock: it answers the last orders when the other one takes no more connections.
  const inventory = await serve(inventoryRoutes);
  const routes: Routes = {
    ...checkoutRoutes(`http://127.0.0.1:${inventory.port}`),
    ...inventoryRoutes,
    ...searchRoutes(qdrant),
    ...questionRoutes(qdrant, settings),
    ...pageRoutes(settings.publicWebsocketUrl),
    'GET /health': async () => ({ status: 'ok' }),
    'GET /ready': async () => {
      if (signal.aborted) throw new HttpError(503, 'stopping');
      if (documentation.problem !== undefined) throw new HttpError(503, documentation.problem);
      return { status: 'ready' };
    },
  };
  let server: RunningServer;
  try {
    server = await serve(routes, settings);
  } catch (error) {
    await inventory.close(0);
    throw listenError(error as NodeJS.ErrnoException, settings.host, settings.port);
  }
  const documentation = keepDocumentation(qdrant, say);
  say(`listening on ${urlOf(settings.host, server.port)}`);

  const traffic =
    settings.trafficPerSecond === 0
      ? undefined
      : sendServiceTraffic(urlOf(settings.host, server.port), settings.trafficPerSecond, signal);
  if (!signal.aborted) await once(signal, 'abort');

  say(`${signal.reason}: answering what is under way`);
  await traffic;
  const [cut] = await Promise.all([
    server.close(STOP_TIMEOUT_MILLIS),
    documentation.stop(STOP_TIMEOUT_MILLIS),
  ]);
  if (cut > 0) say(`${cut} requests had no answer after ${STOP_TIMEOUT_MILLIS / 1000} s and were cut`);
  await inventory.close(0);
  await tracing.shutdown();
  const { spansExported, spansEnded } = tracing.stats();
  say(`stopped; ${spansExported} of ${spansEnded} spans delivered`);
}

/** Where a client on this machine finds it. */
function urlOf(host: string, port: number): string {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
