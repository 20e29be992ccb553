import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadableSpan } from '../otel-contract.ts';
import { finishedSpan } from '../testing/finished-span.ts';
import { createRedactor } from './redactor.ts';

const redactor = createRedactor({});

/** All that is exported of a span, as text. */
const exported = (span: ReadableSpan): string =>
  JSON.stringify({ ...span, resource: span.resource.attributes, context: span.spanContext() });

const masked = (key: string, value: unknown): unknown =>
  redactor.span(finishedSpan({ attributes: { [key]: value as string } })).attributes[key];

describe('keys whose value is masked', () => {
  test.each([
    'password',
    'db.password',
    'userPassword',
    'PASSWORD',
    'passwd',
    'http.request.header.authorization',
    'http.request.header.proxy-authorization',
    'http.request.header.cookie',
    'http.response.header.set-cookie',
    'http.request.header.x-api-key',
    'apiKey',
    'API_KEY',
    'apikey',
    'aws.secretAccessKey',
    'aws_secret_access_key',
    'client_secret',
    'private_key',
    'access-token',
    'token',
    'session.id',
    'sessionId',
    'connection_string',
    'sentry.dsn',
    'credentials',
    'PGPASSWORD',
    'DB_PASS',
    'user.pass',
    'password2',
    'accesstoken',
    'clientsecret',
  ])('%s', (key) => {
    expect(masked(key, 'innocent text')).toBe('[REDACTED]');
  });
});

describe('keys and values that stay', () => {
  test.each([
    ['gen_ai.usage.input_tokens', 812],
    ['gen_ai.usage.output_tokens', '93'],
    ['llm.usage.total_tokens', 1000],
    ['max_tokens', 500],
    ['tokens_per_second', 42.5],
    ['gen_ai.token.type', 'input'],
    ['token', 7],
    ['password_changed', true],
    ['author', 'Ada'],
    ['tokenizer.name', 'cl100k'],
    ['monkey', 'banana'],
    ['keyboard', 'qwerty'],
    ['compass', 'north'],
    ['passenger.count', 'three'],
    ['secretary', 'Ms Lee'],
    ['k8s.secret.name', 'db-credentials'],
    ['primary.key', 'id'],
    ['db.query.text', 'SELECT * FROM users WHERE id = ?'],
    ['url.full', 'https://example.com/a/b?page=2&sort=asc'],
    ['url.path', '/api/tokens/refresh'],
    ['url.query', 'keyword=shoes&monkey=1'],
    ['exception.message', 'Unexpected token < in JSON at position 0'],
    ['message', 'the password is wrong'],
    ['message', 'basic auth is off'],
    ['user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'],
    ['note', 'retry: 5, timeout: 300, tokens: 12'],
    ['messaging.message.id', '0af7651916cd43dd8448eb211c80319c'],
    ['empty', ''],
  ])('%s: %s', (key, value) => {
    const span = finishedSpan({ attributes: { [key]: value } });
    expect(redactor.span(span)).toBe(span);
  });
});

describe('values that are masked, and what of them stays', () => {
  test.each([
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9', '[REDACTED]'],
    ['Bearer abc.def-ghi', 'Bearer [REDACTED]'],
    ['sent with authorization: Bearer abcdef123', 'sent with authorization: Bearer [REDACTED]'],
    ['Basic dXNlcjpwYXNz', 'Basic [REDACTED]'],
    ['postgres://app:hunter2@db:5432/shop', 'postgres://REDACTED:REDACTED@db:5432/shop'],
    ['see https://token@host/x for more', 'see https://REDACTED@host/x for more'],
    ['https://h/p?X-Amz-Signature=abc&page=2', 'https://h/p?X-Amz-Signature=REDACTED&page=2'],
    [
      'Server=db;User Id=app;Password=p@ss;Encrypt=true',
      'Server=db;User Id=app;Password=[REDACTED];Encrypt=true',
    ],
    [
      'DefaultEndpointsProtocol=https;AccountKey=abc123==;',
      'DefaultEndpointsProtocol=https;AccountKey=[REDACTED];',
    ],
    ['{"user":"ada","password":"hunter 2","n":1}', '{"user":"ada","password":"[REDACTED]","n":1}'],
    ['{\\"api_key\\":\\"abc\\"}', '{\\"api_key\\":\\"[REDACTED]\\"}'],
    ["login failed: password='hunter2'", "login failed: password='[REDACTED]'"],
    ['{"password":"a\\"b tail","n":1}', '{"password":"[REDACTED]","n":1}'],
    ['{"jwt":"abc","sid":"x"}', '{"jwt":"[REDACTED]","sid":"[REDACTED]"}'],
    ["CREATE USER a WITH PASSWORD 'it''s x'", "CREATE USER a WITH PASSWORD '[REDACTED]'"],
    ['run --password hunter2 -v', 'run --password [REDACTED] -v'],
    ['--api-key=abc --verbose', '--api-key=[REDACTED] --verbose'],
    ['Cookie: sid=abc; theme=dark', 'Cookie: [REDACTED]'],
    ['key AKIAIOSFODNN7EXAMPLE was used', 'key [REDACTED] was used'],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[REDACTED]'],
    ['sk-ant-api03-abcdefghijklmnopqrstuv', '[REDACTED]'],
    ['sk_live_abcdefghijklmnopqrstuv', '[REDACTED]'],
    ['xoxb-1234567890-abcdefghij', '[REDACTED]'],
    ['AIzaSyA-abcdefghijklmnopqrstuvwxyz01234', '[REDACTED]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest', '[REDACTED]\nrest'],
  ])('%s', (value, expected) => {
    expect(masked('note', value)).toBe(expected);
  });

  test.each([
    ['url.query', 'page=2&access_token=abc&x=1', 'page=2&access_token=REDACTED&x=1'],
    ['url.query', 'TOKEN=abc', 'TOKEN=REDACTED'],
    ['url.query', 'pass%77ord=abc', 'pass%77ord=REDACTED'],
    ['url.full', 'https://u:p@h/x?code=1&y=2', 'https://REDACTED:REDACTED@h/x?code=REDACTED&y=2'],
    ['http.target', '/x?sig=abc', '/x?sig=REDACTED'],
  ])('%s: %s', (key, value, expected) => {
    expect(masked(key, value)).toBe(expected);
  });
});

describe('everywhere in a span', () => {
  const SECRET = 'hunter2-hunter2';
  const pair = `password=${SECRET}`;
  const span = finishedSpan({
    name: `call ${pair}`,
    attributes: {
      note: pair,
      list: ['fine', pair],
      nested: { deep: { password: SECRET, items: [{ token: SECRET }] } } as never,
    },
    resourceAttributes: { 'service.name': 'a', 'process.command_line': `app --${pair}` },
    events: [
      {
        name: `event ${pair}`,
        time: [1, 0],
        attributes: { 'exception.message': pair, 'exception.stacktrace': `Error: ${pair}\n at x` },
      },
    ],
    links: [{ context: finishedSpan().spanContext(), attributes: { note: pair } }],
    status: { code: 2, message: `failed with ${pair}` },
  });

  test('attributes, events, links, name, status and resource', () => {
    expect(exported(redactor.span(span))).not.toContain(SECRET);
  });

  test('the span itself is not changed', () => {
    redactor.span(span);
    expect(span.attributes.note).toBe(pair);
    expect(span.status.message).toContain(SECRET);
  });

  test('spans of one resource keep sharing one', () => {
    const other = { ...span, name: 'other' };
    expect(redactor.span(span).resource).toBe(redactor.span(other).resource);
  });

  test('a span without secrets comes back as it is', () => {
    const clean = finishedSpan({
      attributes: { a: 'b', list: ['x'] },
      events: [{ name: 'e', time: [1, 0] }],
    });
    expect(redactor.span(clean)).toBe(clean);
  });
});

describe('properties', () => {
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
  const random = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 24, maxLength: 40 });
  const planted = fc.tuple(
    random,
    fc.constantFrom<(secret: string) => string>(
      (secret) => `eyJ${secret}.${secret}.${secret}`,
      (secret) => `Bearer ${secret}`,
      (secret) => `https://user:${secret}@host/path`,
      (secret) => `https://host/path?x=1&token=${secret}`,
      (secret) => `{"password": "${secret}"}`,
      (secret) => `PWD=${secret};`,
      (secret) => `sk-${secret}`,
      (secret) => `ghp_${secret}`,
      (secret) => `client_secret: ${secret}`,
    ),
  );
  /** Text around it that does not run into it. */
  const around = fc.string({
    unit: fc.constantFrom('a', ' ', '.', '/', '"', '{', '\n', 'é', '='),
    maxLength: 30,
  });

  test('a planted secret never leaves, and masking twice changes nothing', () => {
    fc.assert(
      fc.property(planted, around, around, fc.nat({ max: 5 }), ([secret, write], before, after, place) => {
        const text = `${before} ${write(secret)} ${after}`;
        const parts = [
          { attributes: { note: text } },
          { attributes: { list: ['x', text] } },
          { attributes: { nested: { in: [{ it: text }] } as never } },
          {
            events: [
              { name: 'e', time: [1, 0] as [number, number], attributes: { 'exception.message': text } },
            ],
          },
          { status: { code: 2, message: text } },
          { name: text },
        ][place] as object;
        const once = redactor.span(finishedSpan(parts));
        expect(exported(once)).not.toContain(secret);
        expect(exported(redactor.span(once))).toBe(exported(once));
      }),
      { numRuns: 2000 },
    );
  });

  test('long hostile texts are masked in one pass', () => {
    for (const unit of [
      'password',
      'eyJ',
      'a:',
      '-----BEGIN ',
      '://a:',
      'token=',
      '"secret":',
      'sk-',
      'basic ',
    ]) {
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      expect(typeof redactor.text(text)).toBe('string');
    }
  });
});

describe('options', () => {
  test('keys, values and allowKeys extend the built-in rules', () => {
    const own = createRedactor({
      keys: ['X-Tenant', /^internal\./g],
      values: [/ACME-\d{8}/y],
      allowKeys: ['Session.Id'],
    });
    const { attributes } = own.span(
      finishedSpan({
        attributes: {
          'x-tenant': 'a',
          'internal.code': 'b',
          'internal.name': 'c',
          note: 'order ACME-12345678 and ACME-87654321',
          'session.id': 'visit-1',
          password: 'x',
        },
      }),
    );
    expect(attributes).toEqual({
      'x-tenant': '[REDACTED]',
      'internal.code': '[REDACTED]',
      'internal.name': '[REDACTED]',
      note: 'order [REDACTED] and [REDACTED]',
      'session.id': 'visit-1',
      password: '[REDACTED]',
    });
  });

  test('false lets everything through', () => {
    const span = finishedSpan({ attributes: { password: 'x' } });
    expect(createRedactor(false).span(span)).toBe(span);
  });

  test.each([
    [{ keys: 'password' }, 'option redaction.keys must be an array'],
    [{ values: ['abc'] }, 'option redaction.values must be an array of patterns'],
    [{ allowKeys: [1] }, 'option redaction.allowKeys must be an array'],
  ])('%o is refused', (options, text) => {
    expect(() => createRedactor(options as never)).toThrow(text);
  });
});
