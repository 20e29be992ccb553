import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RouterStandIn {
  readonly url: string;
  readonly requests: { readonly headers: IncomingHttpHeaders; readonly body: Record<string, unknown> }[];
  close(): Promise<void>;
}

/** What the router answers to `POST /v1/completions`, as far as this service looks at it. */
export const echo = (body: Record<string, unknown>): object => ({
  object: 'text_completion',
  model: 'echo',
  choices: [{ index: 0, text: `echo: ${body.prompt}`, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  context: { status: 'found', passages: 3 },
});

/** @param answer answers a completion by itself; by default with an echo of the prompt */
export async function startRouterStandIn(
  answer: (body: Record<string, unknown>, response: ServerResponse) => void = (body, response) =>
    void response.setHeader('content-type', 'application/json').end(JSON.stringify(echo(body))),
): Promise<RouterStandIn> {
  const requests: RouterStandIn['requests'] = [];
  const server = createServer(async (request, response) => {
    if (request.url !== '/v1/completions') return void response.end('{}');
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const body = JSON.parse(text) as Record<string, unknown>;
    requests.push({ headers: request.headers, body });
    answer(body, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
