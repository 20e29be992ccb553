import http from 'node:http';

export interface ConnectionLimits {
  /** Connections at a time; the next one is closed at once. Default: 1000. */
  readonly maxConnections?: number;
  /** Milliseconds from a connection, or from a request's first byte, to the end of its headers. Default: 20000. */
  readonly headersMillis?: number;
  /** Milliseconds for a request to come whole. Default: 60000. */
  readonly requestMillis?: number;
  /** Milliseconds in which nothing is sent nor read, while a request or an answer is under way. Default: 120000. */
  readonly idleMillis?: number;
  /** Milliseconds that a connection is kept for the next request. Default: 75000. */
  readonly keepAliveMillis?: number;
}

export const DEFAULT_MAX_CONNECTIONS = 1000;

/**
 * An HTTP server that a client cannot fill up by connecting and saying nothing: each connection costs memory and a file
 * descriptor, which the system gives out by the thousand.
 *
 * @param onRefused called for each connection that was one too many
 */
export function createLimitedServer(
  limits: ConnectionLimits,
  onRefused: () => void,
  listener: http.RequestListener,
): http.Server {
  const {
    maxConnections = DEFAULT_MAX_CONNECTIONS,
    headersMillis = 20_000,
    requestMillis = 60_000,
    idleMillis = 120_000,
    // Longer than exporters wait between two batches: a connection that we close just then costs them a retry.
    keepAliveMillis = 75_000,
  } = limits;
  const server = http.createServer(
    {
      headersTimeout: headersMillis,
      requestTimeout: requestMillis,
      keepAliveTimeout: keepAliveMillis,
      // Those two are looked at only so often; by default every 30 s.
      connectionsCheckingInterval: Math.min(5000, headersMillis),
    },
    listener,
  );
  server.maxConnections = maxConnections;
  server.timeout = idleMillis;
  server.on('drop', onRefused);
  return server;
}
