import type { AddressInfo } from 'node:net';
import { Faults } from './faults.ts';
import { createStandInServer, type ReceivedRequest } from './http/server.ts';
import { StandInState } from './service/state.ts';

export interface StandInOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** 127.0.0.1 when left out: reachable from this machine only. */
  readonly host?: string;
  /** Asked of every request but those for health. */
  readonly apiKey?: string;
  /** Is enough to read. */
  readonly readOnlyApiKey?: string;
  /** Put before every metric's name: letters, digits, underscores. A real server's default is none, either. */
  readonly metricsPrefix?: string;
  /** Answers tell what they cost, under `usage.hardware`. */
  readonly hardwareReporting?: boolean;
}

export interface QdrantStandIn {
  readonly url: string;
  readonly port: number;
  /** Answers that go wrong on demand. */
  readonly faults: Faults;
  /** The last thousand, keys taken out. */
  readonly requests: ReceivedRequest[];
  /** Ends open connections too. */
  close(): Promise<void>;
}

const KEPT_REQUESTS = 1000;

/**
 * Starts a stand-in for a Qdrant server.
 *
 * @example
 * const standIn = await startQdrantStandIn();
 * const client = new QdrantClient({ url: standIn.url });
 * await client.createCollection('docs', { vectors: { size: 4, distance: 'Cosine' } });
 * await standIn.close();
 * @throws TypeError for an option that makes no sense, and Node's own error when the port is taken.
 */
export async function startQdrantStandIn(options: StandInOptions = {}): Promise<QdrantStandIn> {
  const { port = 0, host = '127.0.0.1', metricsPrefix = '' } = options;
  if (!/^[A-Za-z0-9_]*$/.test(metricsPrefix))
    throw new TypeError(
      `metricsPrefix takes letters, digits and underscores, not ${JSON.stringify(metricsPrefix)}; for example qdrant_`,
    );
  const faults = new Faults();
  const requests: ReceivedRequest[] = [];
  const server = createStandInServer(new StandInState(), faults, {
    // An empty key is none, as in the server: a compose file's unset variable is empty.
    apiKey: options.apiKey || undefined,
    readOnlyApiKey: options.readOnlyApiKey || undefined,
    metricsPrefix,
    hardwareReporting: options.hardwareReporting ?? false,
    onRequest(request) {
      requests.push(request);
      if (requests.length > KEPT_REQUESTS) requests.shift();
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    faults,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
