/**
 * What the HTTP server instrumentation gives a span: ten attributes. 4,096 different sets, made beforehand: paths,
 * queries and addresses differ from request to request, and whoever caches by value must not look better for it.
 */
export const HTTP_SERVER_SPANS = Array.from({ length: 4096 }, (_, at) => ({
  /** `SpanKind.SERVER`; the API package is the peer's own and cannot be imported from here. */
  kind: 1,
  attributes: Object.freeze({
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'url.path': `/api/orders/${100_000 + at}`,
    'url.query': `verbose=1&page=${at % 97}`,
    'server.address': 'shop.example',
    'server.port': 8080,
    'client.address': `10.1.${at >> 8}.${at & 255}`,
    'network.protocol.version': '1.1',
    'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
    'http.route': '/api/orders/:id',
  }),
}));
