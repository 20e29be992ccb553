import http from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type RunningServer, serve } from './serve.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close(0)));
});

async function start(answer: () => Promise<unknown> = async () => ({})): Promise<RunningServer> {
  const server = await serve({
    'GET /words/:word': async (parameters) => parameters,
    'POST /echo': async (_, body) => ({ body }),
    'GET /answer': answer,
  });
  running.push(server);
  return server;
}

/** As it is: `fetch` would mend the path. */
function send(
  port: number,
  method: string,
  path: string,
  body = '',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { port, host: '127.0.0.1', method, path, headers: { 'content-type': 'application/json' } },
      async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode ?? 0, text });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

describe('answers', () => {
  test.each([
    ['GET', '/words/caf%C3%A9', '', 200, '{"word":"café"}'],
    ['GET', '/words/a%2Fb?c=d', '', 200, '{"word":"a/b"}'],
    ['GET', '/words/100%', '', 400, "'100%' is not encoded as UTF-8; a % itself is written %25"],
    ['GET', '/words/%FF', '', 400, 'is not encoded as UTF-8'],
    ['GET', '//[', '', 400, 'is no path'],
    ['GET', '/words', '', 404, 'no route for GET /words'],
    ['POST', '/words/a', '', 404, 'no route for POST /words/a'],
    ['POST', '/echo', '[1]', 200, '{"body":[1]}'],
    ['POST', '/echo', '', 200, '{}'],
    ['POST', '/echo', '{', 400, 'the body must be JSON'],
    ['POST', '/echo', `"${'x'.repeat(70_000)}"`, 413, 'at most 65536 bytes'],
  ])('%s %s with %j', async (method, path, body, status, text) => {
    const { port } = await start();
    const answer = await send(port, method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });
});

describe('closing', () => {
  test('waits for an answer that is under way', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { promise: answer, resolve: finish } = Promise.withResolvers<unknown>();
    const server = await start(() => {
      ask();
      return answer;
    });
    const response = send(server.port, 'GET', '/answer');
    await asked;
    const closed = server.close(20_000);
    finish({ late: true });
    expect(await response).toEqual({ status: 200, text: '{"late":true}' });
    expect(await closed).toBe(0);
    await expect(send(server.port, 'GET', '/answer')).rejects.toThrow('ECONNREFUSED');
  });

  test('cuts what gets no answer in time, and counts it', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const server = await start(() => {
      ask();
      return new Promise(() => {});
    });
    const cut = expect(send(server.port, 'GET', '/answer')).rejects.toThrow('socket hang up');
    await asked;
    expect(await server.close(50)).toBe(1);
    await cut;
  });
});
