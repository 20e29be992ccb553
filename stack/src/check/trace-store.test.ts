import { always, bothStores, type Case, HTML, testCases } from './check-cases.fixture.ts';

testCases('the trace stores', [
  ...(['jaeger', 'tempo'] as const).flatMap((part): Case[] => [
    {
      name: `${part} is down`,
      arrange: (stack) => stack[part].close(),
      rows: [{ part, status: 'failed', reason: 'nothing listens at' }],
    },
    {
      name: `${part} refuses`,
      arrange: (stack) => {
        stack[part].fault = always({ status: 401, body: 'who are you?' });
      },
      rows: [{ part, status: 'failed', reason: /answered 401: who are you\?/ }],
    },
    {
      name: `${part} never answers`,
      arrange: (stack) => {
        stack[part].fault = always('hangs');
      },
      rows: [{ part, status: 'failed', reason: 'did not answer within 5 s' }],
    },
    {
      name: `${part} cuts every connection`,
      arrange: (stack) => {
        stack[part].fault = always('cuts');
      },
      rows: [{ part, status: 'failed', reason: /closed|reset|hang/i }],
    },
    {
      name: `${part} starts late`,
      arrange: (stack) => {
        let answers = 0;
        stack[part].fault = () => (answers++ < 8 ? { status: 503, body: 'starting' } : undefined);
      },
      settings: () => ({ waitSeconds: 10 }),
      rows: [],
    },
    {
      name: `${part} answers with a page`,
      arrange: (stack) => {
        stack[part].fault = always(HTML);
      },
      rows: [{ part, status: 'failed', reason: 'something that is no JSON: <html>' }],
    },
    {
      name: `${part} answers with other JSON`,
      arrange: (stack) => {
        stack[part].fault = always({ body: { result: { spans: 'many' } } });
      },
      rows: [{ part, status: 'failed', reason: 'something that is no trace: no resourceSpans' }],
    },
    {
      name: `${part} has a span without times`,
      arrange: (stack) => {
        stack[part].fault = always({
          body: { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x' }] }] }] },
        });
      },
      rows: [{ part, status: 'failed', reason: 'a span without times' }],
    },
  ]),
  ...(['slow', 'error', 'secrets'] as const).map(
    (kind): Case => ({
      name: `the ${kind} trace is lost`,
      arrange: ({ collector }) => {
        collector.dropped = (span) => span.attributes['stack.check.kind'] === kind;
      },
      rows: bothStores((part) => [
        {
          part,
          check: kind === 'secrets' ? 'secret' : kind,
          status: 'failed',
          reason: 'is not there after 1 s',
        },
      ]),
    }),
  ),
  {
    name: 'the ordinary trace is sampled away',
    arrange: ({ collector }) => {
      collector.dropped = (span) => span.attributes['stack.check.kind'] === 'ordinary';
    },
    rows: bothStores((part) => [{ part, check: 'ordinary', status: 'skipped', reason: 'sampled away' }]),
  },
  {
    name: 'one store loses the ordinary trace, and nothing was sampled away',
    arrange: ({ tempo, collector }) => {
      tempo.fault = ({ path }) => {
        const ordinary = collector.received.filter(
          (span) => span.attributes['stack.check.kind'] === 'ordinary',
        );
        return ordinary.some(({ traceId }) => path.endsWith(traceId)) ? { status: 404, body: {} } : undefined;
      };
    },
    rows: [{ part: 'tempo', check: 'ordinary', status: 'failed', reason: 'is not there after 1 s' }],
  },
  {
    name: 'half of every trace is lost',
    arrange: ({ collector }) => {
      collector.dropped = (span) => span.parentSpanId !== undefined;
    },
    rows: [
      { part: 'collector', check: 'exports', status: 'failed', reason: 'has sent 8 of at least 12 spans' },
      ...bothStores((part) => [{ part, status: 'failed', reason: 'has 1 of 2 spans after 1 s' }]),
    ],
  },
  {
    name: 'a secret gets through',
    arrange: ({ collector }) => {
      const { scrub } = collector;
      collector.scrub = (span) => ({
        ...scrub(span),
        resource: span.resource,
        attributes: { ...scrub(span).attributes, 'url.full': span.attributes['url.full'] ?? '' },
      });
    },
    rows: bothStores((part) => [
      {
        part,
        check: 'secret',
        status: 'failed',
        reason:
          'secrets arrived: resource attribute service.api_key, password in url.full, access_token in url.full',
        hint: 'stack/otel-collector/config.yaml',
      },
    ]),
  },
  {
    name: 'nothing is scrubbed',
    arrange: ({ collector }) => {
      collector.scrub = (span) => span;
    },
    rows: bothStores((part) => [
      {
        part,
        check: 'secret',
        status: 'failed',
        reason: /span name.*status message.*exception\.message/s,
        hint: 'stack/otel-collector/config.yaml',
      },
    ]),
  },
  {
    name: 'scrubbing takes the token counts too',
    arrange: ({ collector }) => {
      const { scrub } = collector;
      collector.scrub = (span) => {
        const { 'gen_ai.usage.input_tokens': _, ...attributes } = scrub(span).attributes;
        return { ...scrub(span), attributes };
      };
    },
    rows: bothStores((part) => [
      { part, status: 'failed', reason: 'has lost its attribute gen_ai.usage.input_tokens' },
    ]),
  },
  {
    name: 'errors lose their status, slow spans their length',
    arrange: ({ collector }) => {
      const { scrub } = collector;
      collector.scrub = (span) => ({
        ...scrub(span),
        status: { code: 0, message: '' },
        endTimeUnixNano: span.startTimeUnixNano + 1_000_000n,
      });
    },
    rows: bothStores((part) => [
      { part, check: 'error', status: 'failed', reason: 'without its error status' },
      { part, check: 'secret', status: 'failed', reason: 'without its error status' },
      { part, check: 'slow', status: 'failed', reason: 'took 5000 ms and is stored with 1 ms' },
    ]),
  },
]);
