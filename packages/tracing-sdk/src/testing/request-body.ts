import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { HttpProblem } from './http-problem.ts';

const decompressors = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) };

/**
 * Reads and decompresses a request body, holding at most `maxBytes` of either form: a zip bomb stops where it gets too
 * large.
 *
 * @returns undefined when the client hung up before the end
 * @throws HttpProblem 413 too large, 415 unknown Content-Encoding, 400 broken compression
 */
export async function readRequestBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== '' && !Object.hasOwn(decompressors, encoding)) {
    throw new HttpProblem(
      415,
      `Content-Encoding ${JSON.stringify(encoding)} is not known; use gzip, deflate or none`,
      {
        'accept-encoding': 'gzip, deflate',
      },
    );
  }
  const body = await collect(request, maxBytes);
  if (body === undefined || encoding === 'identity' || encoding === '') return body;
  try {
    return await decompressors[encoding as keyof typeof decompressors](body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new HttpProblem(400, `the body is not ${encoding}: ${(error as Error).message}`);
  }
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
      reject(tooLarge(maxBytes));
      return;
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.byteLength;
      if (size > maxBytes) {
        // What still comes is read and forgotten, so that the client gets to read the answer.
        request.off('data', onData);
        request.resume();
        chunks.length = 0;
        reject(tooLarge(maxBytes));
      } else chunks.push(chunk);
    };
    request.on('data', onData);
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}

function tooLarge(maxBytes: number): HttpProblem {
  return new HttpProblem(413, `the body is larger than ${maxBytes} bytes; send smaller batches`);
}
