import type { AddressInfo, Server } from 'node:net';
import { Faults } from './faults.ts';
import type { GrpcServer } from './grpc/server.ts';
import { createStandInServer, type ReceivedRequest, type ServerOptions } from './http/server.ts';
import { StandInState } from './service/state.ts';

export interface StandInOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Port of the gRPC API; 0 takes a free one. Left out: there is none. */
  readonly grpcPort?: number;
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
  /** Of the gRPC API, where there is one. */
  readonly grpcUrl: string | undefined;
  /** Answers that go wrong on demand. */
  readonly faults: Faults;
  /** The last thousand of both APIs, keys taken out. One of the gRPC API has the path of its method and HTTP's status, 200. */
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
  const state = new StandInState();
  const settings: ServerOptions = {
    // An empty key is none, as in the server: a compose file's unset variable is empty.
    apiKey: options.apiKey || undefined,
    readOnlyApiKey: options.readOnlyApiKey || undefined,
    metricsPrefix,
    hardwareReporting: options.hardwareReporting ?? false,
    requests,
    onRequest(request) {
      requests.push(request);
      if (requests.length > KEPT_REQUESTS) requests.shift();
    },
  };
  const server = createStandInServer(state, faults, settings);
  const address = await listen(server, port, host);
  let grpc: GrpcServer | undefined;
  let grpcUrl: string | undefined;
  if (options.grpcPort !== undefined) {
    try {
      // Loaded only then: it brings the messages of the whole API.
      const { createGrpcServer } = await import('./grpc/server.ts');
      grpc = createGrpcServer(state, faults, settings);
      grpcUrl = urlOf(await listen(grpc.server, options.grpcPort, host));
    } catch (error) {
      server.close();
      throw error;
    }
  }
  return {
    url: urlOf(address),
    port: address.port,
    grpcUrl,
    faults,
    requests,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await Promise.all([closed, grpc?.close()]);
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server.address() as AddressInfo;
}

function urlOf({ family, address, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
