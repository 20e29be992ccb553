import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NativeStack, startNativeStack } from '../src/native/index.ts';
import { figures } from './figures.ts';
import { newTraceId, type RawSource, type RawSpan, sendMetric, sendSpans } from './otlp-traffic.ts';

/** Made for this run, so that no file holds a secret; what is searched for is the random part. */
interface Planted {
  readonly where: string;
  readonly secret: string;
  readonly span?: RawSpan;
  readonly source?: RawSource;
}

const hex = (length = 24): string => randomBytes(length / 2).toString('hex');
const letters = (length: number, alphabet: string): string =>
  [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join('');
const upper = (length: number): string => letters(length, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (secret: string): string => `${base64url({ alg: 'HS256' })}.${base64url({ sub: 'x' })}.${secret}`;

/** Under a key that says what it is. */
const KEYS = [
  'password',
  'db.password',
  'user_passwd',
  'client_secret',
  'api_key',
  'openai.apiKey',
  'x-api-key',
  'http.request.header.authorization',
  'http.request.header.cookie',
  'http.response.header.set-cookie',
  'access_token',
  'refreshToken',
  'auth_token',
  'private_key',
  'aws.secret_access_key',
  'db.connection_string',
  'session_id',
  'cvv',
];

/** Within a value under an ordinary key. */
const VALUES: Record<string, (secret: string) => string> = {
  'bearer token': (secret) => `Authorization: Bearer ${secret}`,
  'basic credentials': (secret) => `Basic ${secret}A1==`,
  JWT: jwt,
  'OpenAI key': (secret) => `using sk-proj-${secret}`,
  'GitHub token': (secret) => `ghp_${secret}`,
  'GitLab token': (secret) => `glpat-${secret}`,
  'Slack token': (secret) => `xoxb-${secret}`,
  'Google key': (secret) => `AIza${secret}${hex(16)}`,
  'Stripe key': (secret) => `sk_live_${secret}`,
  'PEM key': (secret) => `-----BEGIN RSA PRIVATE KEY-----\nMIIE${secret}\n-----END RSA PRIVATE KEY-----`,
  'JSON with a password': (secret) => JSON.stringify({ user: 'ann', password: secret }),
  'escaped JSON': (secret) => JSON.stringify(JSON.stringify({ api_key: secret })),
  'command line': (secret) => `deploy --password ${secret} --verbose`,
  'connection string': (secret) => `Server=db;User Id=sa;Password=${secret};Encrypt=true`,
  'SQL statement': (secret) => `CREATE USER ann IDENTIFIED BY '${secret}'`,
  'environment file': (secret) => `HOST=db\nSECRET_KEY=${secret}\nPORT=1`,
};

/** As `url.full`. */
const URLS: Record<string, (secret: string) => string> = {
  'user and password': (secret) => `https://ann:${secret}@shop.example/pay`,
  'password alone': (secret) => `redis://:${secret}@cache.internal:6379/0`,
  'query access_token': (secret) => `https://api.example/v1?page=2&access_token=${secret}&sort=a`,
  'query sig': (secret) => `https://blob.example/a?sv=2024&sig=${secret}`,
  'signed AWS URL': (secret) => `https://s3.example/a?X-Amz-Signature=${secret}`,
  'OAuth code': (secret) => `https://app.example/callback?code=${secret}&state=ok`,
  fragment: (secret) => `https://app.example/#access_token=${secret}`,
};

function plant(): Planted[] {
  const planted: Planted[] = [];
  const add = (where: string, make: (secret: string) => Omit<Planted, 'where' | 'secret'>): void => {
    const secret = hex();
    planted.push({ where, secret, ...make(secret) });
  };
  for (const key of KEYS) add(`attribute ${key}`, (secret) => ({ span: { attributes: { [key]: secret } } }));
  for (const [what, make] of Object.entries(VALUES)) {
    add(`value: ${what}`, (secret) => ({ span: { attributes: { 'app.note': make(secret) } } }));
  }
  for (const [what, make] of Object.entries(URLS)) {
    add(`url.full: ${what}`, (secret) => ({ span: { attributes: { 'url.full': make(secret) } } }));
    add(`text: URL with ${what}`, (secret) => ({
      span: { attributes: { 'app.note': `see ${make(secret)} .` } },
    }));
  }
  add('span name: query', (secret) => ({ span: { name: `GET /pay?token=${secret}` } }));
  add('span name: bearer', (secret) => ({ span: { name: `call with Bearer ${secret}` } }));
  add('status message', (secret) => ({
    span: { statusCode: 2, statusMessage: `401 for https://ann:${secret}@db.internal/` },
  }));
  add('status message: assignment', (secret) => ({
    span: { statusCode: 2, statusMessage: `login failed, password=${secret}` },
  }));
  add('event attribute exception.message', (secret) => ({
    span: {
      events: [{ name: 'exception', attributes: { 'exception.message': `denied: Bearer ${secret}` } }],
    },
  }));
  add('event attribute exception.stacktrace', (secret) => ({
    span: {
      events: [
        {
          name: 'exception',
          attributes: { 'exception.stacktrace': `Error: api_key=${secret}\n    at pay (a.js:1)` },
        },
      ],
    },
  }));
  add('event attribute db.password', (secret) => ({
    span: { events: [{ name: 'retry', attributes: { 'db.password': secret } }] },
  }));
  add('event name', (secret) => ({ span: { events: [{ name: `sent token=${secret}` }] } }));
  add('resource attribute', (secret) => ({ source: { resource: { 'service.api_key': secret } } }));
  add('resource value', (secret) => ({
    source: { resource: { 'process.command_line': `node app.js --token=${secret}` } },
  }));
  add('resource service.name', (secret) => ({
    source: { resource: { 'service.name': `shop token=${secret}` } },
  }));
  add('scope name', (secret) => ({ source: { scope: { name: `lib?api_key=${secret}` } } }));
  add('scope attribute', (secret) => ({
    source: { scope: { name: 'lib', attributes: { password: secret } } },
  }));
  const aws = `AKIA${upper(16)}`;
  const secret = aws.slice(4);
  planted.push({
    where: 'value: AWS access key id',
    secret,
    span: { attributes: { 'app.note': `id ${aws}` } },
  });
  return planted;
}

/** Must arrive as it is. */
const ORDINARY: RawSpan['attributes'] = {
  'gen_ai.usage.input_tokens': 512,
  'gen_ai.usage.output_tokens': 77,
  'gen_ai.request.max_tokens': 4096,
  'gen_ai.request.model': 'gpt-x',
  'session.id': 'visit-18273',
  'http.route': '/passwords/{id}/reset',
  'url.full': 'https://shop.example/list?page=2&sort=price',
  'db.query.text': 'SELECT name FROM monkeys WHERE id = ?',
  'app.note': 'the token limit was reached; the secret of success is practice',
  'messaging.message.id': '4711-0815',
  'enduser.id': 'ann',
  'db.collection.name': 'passwordless_logins',
};

const planted = plant();
const record = figures('Secrets, sent raw');
let stack: NativeStack;
const ordinaryTrace = newTraceId();

beforeAll(async () => {
  stack = await startNativeStack({
    services: ['jaeger', 'tempo', 'prometheus', 'otel-collector'],
    settings: { METRICS_FLUSH_INTERVAL: '1s', DECISION_WAIT: '2s', DECISION_WAIT_AFTER_ROOT: '1s' },
  });
  const url = stack.collector.url(4318);
  for (const { span = {}, source } of planted) await sendSpans(url, [span], source);
  await sendSpans(url, [{ traceId: ordinaryTrace, name: 'GET /list', attributes: ORDINARY }]);
  await sendMetric(
    url,
    'planted_metric',
    Object.fromEntries(planted.map(({ secret }, n) => [`k${n}.password`, secret])),
  );
  for (const store of [stack.jaeger, stack.tempo]) {
    await store.waitFor(({ length }) => length > planted.length, `${planted.length + 1}`);
  }
  await stack.prometheus.waitFor('sum(traces_span_metrics_calls_total)', (calls) => calls > planted.length);
  await stack.prometheus.waitFor('count({__name__=~"planted_metric.*"})', (series) => series > 0);
});
afterAll(() => stack?.stop());

it(`${planted.length} secrets: none is in a store, a metric or a log`, async () => {
  const series = JSON.stringify(await stack.prometheus.series('{__name__=~".+"}'));
  const exemplars = JSON.stringify(
    await stack.prometheus.api(
      `query_exemplars?${new URLSearchParams({ query: '{__name__=~"traces_span_metrics.*"}', start: String(Date.now() / 1000 - 600), end: String(Date.now() / 1000 + 60) })}`,
    ),
  );
  expect(exemplars).toContain('trace');
  const places = {
    jaeger: stack.jaeger.text(),
    tempo: stack.tempo.text(),
    'series in Prometheus': series,
    'exemplars in Prometheus': exemplars,
    'log of the collector': stack.collector.log(),
    'log of Prometheus': stack.prometheus.log(),
  };
  const found: string[] = [];
  for (const [place, text] of Object.entries(places)) {
    const here = planted.filter(({ secret }) => text.includes(secret)).map(({ where }) => where);
    record(`found in ${place}`, `${here.length} of ${planted.length}`);
    found.push(...here.map((where) => `${where} is in ${place}`));
  }
  expect(found).toEqual([]);
});

it('token counts and ordinary attributes arrive as they were sent', () => {
  for (const store of [stack.jaeger, stack.tempo]) {
    const [span] = store.traces().get(ordinaryTrace)!;
    const arrived = Object.fromEntries(
      (span!.attributes ?? []).map(({ key, value }) => [
        key,
        'intValue' in value ? Number(value.intValue) : value.stringValue,
      ]),
    );
    expect(arrived).toEqual(ORDINARY);
    expect(span!.name).toBe('GET /list');
    expect(span!.scope).toEqual({ name: 'raw' });
  }
  record(
    'ordinary attributes that arrived unchanged',
    `${Object.keys(ORDINARY).length} of ${Object.keys(ORDINARY).length}`,
  );
});

// No processor of this collector sees the attributes of a link; the SDK masks them before it sends. Fails when one does:
// then the planted secrets above are to have links as well.
it('the known hole: attributes of links pass', async () => {
  const secret = hex();
  const traceId = newTraceId();
  await sendSpans(stack.collector.url(4318), [{ traceId, links: [{ attributes: { password: secret } }] }]);
  await stack.jaeger.waitFor(
    (spans) => spans.some((span) => span.traceId === traceId),
    'the span with a link',
  );
  record('attributes of links', 'pass (only the SDK masks them)');
  expect(stack.jaeger.text()).toContain(secret);
});
