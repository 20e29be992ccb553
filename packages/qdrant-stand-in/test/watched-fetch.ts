/** Sees what the client sends and what it is answered: the client calls the global `fetch`. */
export interface WatchedExchange {
  readonly method: string;
  readonly path: string;
  readonly requestBody: unknown;
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

export function watchFetch(): { readonly exchanges: WatchedExchange[]; stop(): void } {
  const original = globalThis.fetch;
  const exchanges: WatchedExchange[] = [];
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init);
    const type = response.headers.get('content-type') ?? '';
    const text = await response.clone().text();
    const { pathname, search } = new URL(String(input));
    exchanges.push({
      method: init?.method ?? 'GET',
      path: pathname + search,
      requestBody: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
      status: response.status,
      type,
      body: type.startsWith('application/json') ? JSON.parse(text) : text,
    });
    return response;
  };
  return {
    exchanges,
    stop() {
      globalThis.fetch = original;
    },
  };
}
