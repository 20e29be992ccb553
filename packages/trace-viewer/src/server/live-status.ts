import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ViewerStatus } from '../wire/api.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Tells open pages that something changed: server-sent events, each the whole status. */
export interface LiveStatus {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Something changed: pages are told, at most four times a second. */
  touch(): void;
  close(): void;
}

const INTERVAL_MILLIS = 250;
/** Without changes: rates fall, and a connection that has gone is noticed. */
const HEARTBEAT_MILLIS = 2000;

export function createLiveStatus(status: () => ViewerStatus): LiveStatus {
  const pages = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | undefined;
  let sentAt = 0;
  const send = (): void => {
    clearTimeout(timer);
    timer = undefined;
    sentAt = performance.now();
    if (pages.size === 0) return;
    const event = `data: ${JSON.stringify(status())}\n\n`;
    // A page that does not read misses some; the next one tells the whole status again.
    for (const page of pages) if (!page.writableNeedDrain) page.write(event);
  };
  const heartbeat = setInterval(() => {
    if (performance.now() - sentAt >= HEARTBEAT_MILLIS) send();
  }, HEARTBEAT_MILLIS);
  heartbeat.unref();
  return {
    handle(request, response) {
      response.writeHead(200, { ...SECURITY_HEADERS, 'content-type': 'text/event-stream' });
      response.write(`retry: 1000\ndata: ${JSON.stringify(status())}\n\n`);
      pages.add(response);
      response.on('error', () => pages.delete(response));
      request.on('close', () => pages.delete(response));
      response.on('close', () => pages.delete(response));
    },
    touch() {
      if (timer !== undefined || pages.size === 0) return;
      timer = setTimeout(send, Math.max(0, INTERVAL_MILLIS - (performance.now() - sentAt)));
    },
    close() {
      clearInterval(heartbeat);
      clearTimeout(timer);
      for (const page of pages) page.end();
    },
  };
}
