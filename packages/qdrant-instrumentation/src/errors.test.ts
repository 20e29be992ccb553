import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { AnyClient } from '../test/client-calls.ts';
import { CLIENTS } from '../test/clients.ts';
import { type MockAnswer, type MockQdrant, startMockQdrant } from '../test/mock-qdrant.ts';
import { type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { describeFailure } from './errors.ts';
import { instrumentQdrant } from './index.ts';

let mock: MockQdrant;
let telemetry: RecordedTelemetry;

beforeAll(async () => {
  mock = await startMockQdrant();
  telemetry = recordTelemetry();
});
afterEach(() => {
  telemetry.spans.length = 0;
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
});

interface Case {
  readonly title: string;
  readonly answer: MockAnswer;
  readonly type: string;
  readonly statusCode: string | undefined;
  readonly description: string | RegExp;
}

const CASES: readonly Case[] = [
  {
    title: 'a reason in status.error',
    answer: {
      status: 404,
      body: { status: { error: "Not found: Collection `docs` doesn't exist!" }, time: 0.001 },
    },
    type: '404',
    statusCode: '404',
    description: "Not found: Collection `docs` doesn't exist!",
  },
  {
    title: 'a reason as plain text',
    answer: { status: 401, body: 'Must provide an API key or an Authorization bearer token' },
    type: '401',
    statusCode: '401',
    description: 'Must provide an API key or an Authorization bearer token',
  },
  {
    title: 'an empty body',
    answer: { status: 404, body: '' },
    type: '404',
    statusCode: '404',
    description: 'Not Found',
  },
  {
    title: "a proxy's page",
    answer: { status: 502, body: '<html><body>nginx</body></html>' },
    type: '502',
    statusCode: '502',
    description: 'Bad Gateway',
  },
  {
    title: '429 without a wait',
    answer: { status: 429, body: { status: { error: 'Rate limiting exceeded' } } },
    type: '429',
    statusCode: '429',
    description: 'Rate limiting exceeded',
  },
  {
    title: 'a 202',
    answer: { status: 202, body: { status: 'accepted', time: 0 } },
    type: '202',
    statusCode: '202',
    description: 'Unexpected Response: 202 (Accepted)',
  },
  {
    title: 'a cut connection',
    answer: { cut: true },
    type: 'UND_ERR_SOCKET',
    statusCode: undefined,
    description: 'other side closed',
  },
  {
    title: 'a client timeout',
    answer: { hang: true },
    type: 'QdrantClientTimeoutError',
    statusCode: undefined,
    description: /^no answer within the client's timeout, given up after 0\.\d{3} s$/,
  },
];

for (const { version, QdrantClient } of CLIENTS) {
  test.each(CASES)(`client ${version}: $title`, async ({ answer, type, statusCode, description }) => {
    mock.answer = () => answer;
    const timeout = answer.hang === true ? 100 : 60_000;
    const client = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false, timeout }));
    await expect(client.getCollection('docs')).rejects.toThrow();
    const span = telemetry.take();
    expect(span.attributes['error.type']).toBe(type);
    expect(span.attributes['db.response.status_code']).toBe(statusCode);
    expect(span.status).toEqual({ code: 2, message: expect.anything() });
    if (typeof description === 'string') expect(span.status.message).toBe(description);
    else expect(span.status.message).toMatch(description);
  });
}

test.each([
  ['ECONNREFUSED', { host: '127.0.0.1', port: 6 }, /ECONNREFUSED/],
  ['ENOTFOUND', { host: 'qdrant.invalid' }, /ENOTFOUND|EAI_AGAIN/],
])('%s', async (type, options, description) => {
  const client: AnyClient = instrumentQdrant(new QdrantClient({ ...options, checkCompatibility: false }));
  await expect(client.getCollections()).rejects.toThrow('fetch failed');
  const span = telemetry.take();
  // A resolver that cannot be reached says EAI_AGAIN.
  expect([type, 'EAI_AGAIN']).toContain(span.attributes['error.type']);
  expect(span.attributes['db.response.status_code']).toBeUndefined();
  expect(span.status.message).toMatch(description);
});

test.each([
  ['no object', 'text', '_OTHER'],
  ['null', null, '_OTHER'],
  ['an error of the app', new RangeError('secret'), 'RangeError'],
  ['a class of the app', new (class Mine extends Error {})('secret'), 'Mine'],
  [
    'a getter that throws',
    {
      get status() {
        throw new Error('no');
      },
    },
    '_OTHER',
  ],
])('%s', (_, error, type) => {
  const failure = describeFailure(error, undefined, 1);
  expect(failure.type).toBe(type);
  expect(failure.description).toBeUndefined();
});

test('a long reason is cut', () => {
  const { description } = describeFailure({ status: 400, data: 'x'.repeat(10_000) }, undefined, 1);
  expect(description).toHaveLength(512);
});
