import type { IncomingMessage } from 'node:http';

/** `service.max_request_size_mb` of the server. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Undefined when the body is larger than the limit; what comes after is read and thrown away. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= limit ? Buffer.concat(chunks) : undefined;
}
