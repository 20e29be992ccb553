import type { ClientRequest } from 'node:http';
import type { TextMapSetter } from '@opentelemetry/api';

/** A header of that name which the app has set (forwarded from a request of its own, mostly) is replaced. */
export const REQUEST_SETTER: TextMapSetter<ClientRequest> = {
  set(request, name, value) {
    if (!request.headersSent) request.setHeader(name, value);
    else setRenderedHeader(request as unknown as RenderedRequest, name, value);
  },
};

/**
 * With headers given as an array, or with `Expect`, the constructor renders the whole head at once (and for `Expect` queues
 * it as well). Until a socket takes it, which is later than this, it is text that can still be changed.
 */
interface RenderedRequest {
  _header?: string | null;
  _headerSent?: boolean;
  readonly outputData?: { data: unknown }[];
}

function setRenderedHeader(request: RenderedRequest, name: string, value: string): void {
  const head = request._header;
  if (typeof head !== 'string') return;
  const changed = withHeader(head, name, value);
  if (request._headerSent !== true) {
    request._header = changed;
    return;
  }
  const queued = request.outputData?.[0];
  if (queued?.data !== head) return;
  queued.data = changed;
  request._header = changed;
}

/**
 * What the Host header says, which is where the app means to go even when it connects elsewhere; the port is nowhere else.
 */
export function hostOf(request: ClientRequest): string {
  const host = request.getHeader('host');
  if (typeof host === 'string') return host;
  const head = (request as unknown as RenderedRequest)._header;
  return (
    (typeof head === 'string' ? /\r\nhost:[ \t]*([^\r\n]+)/i.exec(head)?.[1] : undefined) ?? request.host
  );
}

/** @param head ends with an empty line, or is a list of `name: value\r\n`. */
export function withHeader(head: string, name: string, value: string): string {
  if (/[\r\n]/.test(name) || /[\r\n]/.test(value)) return head;
  const line = `${name}: ${value}\r\n`;
  const lineStart = `\r\n${name.toLowerCase()}:`;
  // The request line, or the first header, cannot match: it has no line break before it.
  const at = head.toLowerCase().indexOf(lineStart);
  if (at !== -1) return head.slice(0, at + 2) + line + head.slice(head.indexOf('\r\n', at + 2) + 2);
  return head.endsWith('\r\n\r\n') ? `${head.slice(0, -2)}${line}\r\n` : head + line;
}
