import { inspect } from 'node:util';
import { createInstrumentedClients } from './instrumented-clients.ts';
import { settle } from './settings.ts';
import { createTelemetry } from './telemetry.ts';
import type { QdrantClientOrClass, QdrantOptions } from './types.ts';

/**
 * Traces one client, or every client of a class, over REST or gRPC. For bundles and frameworks, where no hook sees the
 * client's package. What is traced already stays as it is.
 *
 * @returns its argument.
 * @throws TypeError when that is neither a client nor its class, or an option has a value that is not allowed.
 * @example
 * const qdrant = instrumentQdrant(new QdrantClient({ url: 'http://127.0.0.1:6333' }));
 */
export function instrumentQdrant<ClientOrClass extends QdrantClientOrClass>(
  clientOrClass: ClientOrClass,
  options?: QdrantOptions,
): ClientOrClass {
  const target = targetOf(clientOrClass);
  const clients = createInstrumentedClients(createTelemetry(settle(options)));
  clients.enable();
  if (target === undefined || !clients.add(target)) {
    clients.disable();
    throw new TypeError(
      `instrumentQdrant: expected a QdrantClient of @qdrant/js-client-rest or @qdrant/js-client-grpc, or its class, got ${inspect(clientOrClass, { depth: -1 })}.`,
    );
  }
  return clientOrClass;
}

function targetOf(clientOrClass: unknown): object | undefined {
  if (typeof clientOrClass === 'object' && clientOrClass !== null) return clientOrClass;
  if (typeof clientOrClass !== 'function') return undefined;
  const prototype: unknown = clientOrClass.prototype;
  return typeof prototype === 'object' && prototype !== null ? prototype : undefined;
}
