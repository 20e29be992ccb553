import type { Server, Socket } from 'node:net';
import { type HostAndPort, parseHost } from './host-and-port.ts';
import type { ServerRequest } from './server-request.ts';

/** What a server knows of one connection, read once for all of its requests, and those that are under way on it. */
export class ServerConnection {
  readonly scheme: 'http' | 'https';
  /** undefined: a Unix socket, or a stream that is no socket at all. */
  readonly peerAddress: string | undefined;
  readonly peerPort: number | undefined;
  readonly transport: 'unix' | undefined;
  #hostHeader: string | undefined = undefined;
  #host: HostAndPort = NO_HOST;
  /** Pipelined requests are answered in their order, so the list is a queue; nearly always of one. */
  #oldest: ServerRequest | undefined = undefined;
  #newest: ServerRequest | undefined = undefined;

  constructor(socket: Socket & { readonly encrypted?: boolean }, server: Server | undefined) {
    this.scheme = socket.encrypted === true ? 'https' : 'http';
    // A server that listens on `::` sees IPv4 clients as `::ffff:192.0.2.4`.
    this.peerAddress = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
    this.peerPort = this.peerAddress === undefined ? undefined : socket.remotePort;
    this.transport = typeof server?.address?.() === 'string' ? 'unix' : undefined;
  }

  /** The Host header taken apart; a client sends the same one all the time. */
  host(header: string | undefined): HostAndPort {
    if (header !== this.#hostHeader) {
      this.#hostHeader = header;
      this.#host = header === undefined || header === '' ? NO_HOST : parseHost(header);
    }
    return this.#host;
  }

  add(request: ServerRequest): void {
    if (this.#newest === undefined) this.#oldest = request;
    else this.#newest.next = request;
    this.#newest = request;
  }

  remove(request: ServerRequest): void {
    let before: ServerRequest | undefined;
    let at = this.#oldest;
    while (at !== undefined && at !== request) {
      before = at;
      at = at.next;
    }
    if (at === undefined) return;
    if (before === undefined) this.#oldest = at.next;
    else before.next = at.next;
    if (this.#newest === at) this.#newest = before;
    at.next = undefined;
  }

  /** @returns the oldest one under way, taken out of the queue. */
  takeOldest(): ServerRequest | undefined {
    const oldest = this.#oldest;
    if (oldest !== undefined) this.remove(oldest);
    return oldest;
  }
}

const NO_HOST: HostAndPort = Object.freeze({ address: '', port: undefined });
