/** Who may ask for what, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type QdrantStandIn, startQdrantStandIn } from '../start.ts';

const KEY = 'whole-key';
const READ_KEY = 'read-key';

let standIn: QdrantStandIn;
beforeAll(async () => {
  standIn = await startQdrantStandIn({ apiKey: KEY, readOnlyApiKey: READ_KEY });
  await ask(
    standIn,
    'PUT',
    '/collections/docs',
    { 'api-key': KEY },
    { vectors: { size: 1, distance: 'Dot' } },
  );
});
afterAll(() => standIn.close());

async function ask(
  server: QdrantStandIn,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, text: await response.text() };
}

const NO_KEY = 'Must provide an API key or an Authorization bearer token';
const WRONG_KEY = 'Invalid API key or JWT';
const READ_ONLY = 'Forbidden: Global manage access is required';

const callers = {
  none: {},
  wrong: { 'api-key': 'wrong' },
  'a part of the key': { 'api-key': KEY.slice(0, -1) },
  read: { 'api-key': READ_KEY },
  'read as bearer': { authorization: `Bearer ${READ_KEY}` },
  whole: { 'api-key': KEY },
  'whole as bearer': { authorization: `Bearer ${KEY}` },
  'whole, not as bearer': { authorization: KEY },
  'wrong before whole as bearer': { 'api-key': 'wrong', authorization: `Bearer ${KEY}` },
} as const;
type Caller = keyof typeof callers;

const requests = {
  'a read': ['GET', '/collections', undefined, 200],
  'a read by POST': ['POST', '/collections/docs/points/query', { query: [1] }, 200],
  'the metrics': ['GET', '/metrics', undefined, 200],
  'the telemetry': ['GET', '/telemetry', undefined, 200],
  'a write': ['PUT', '/collections/docs/points?wait=true', { points: [{ id: 1, vector: [1] }] }, 200],
  'a deletion': ['DELETE', '/collections/none-such', undefined, 200],
  'a snapshot': ['POST', '/collections/docs/snapshots', undefined, 200],
  'the list of faults': ['GET', '/stand-in/faults', undefined, 200],
  'a path that is not there': ['GET', '/nope', undefined, 404],
} as const;
type Request = keyof typeof requests;

const READS: readonly Request[] = [
  'a read',
  'a read by POST',
  'the metrics',
  'the telemetry',
  'a path that is not there',
];

/** What the caller is told; undefined where the request is let through. */
function refusalOf(caller: Caller, request: Request): readonly [status: number, text: string] | undefined {
  if (caller === 'none' || caller === 'whole, not as bearer') return [401, NO_KEY];
  if (caller.startsWith('wrong') || caller === 'a part of the key') return [401, WRONG_KEY];
  return caller.startsWith('read') && !READS.includes(request) ? [403, READ_ONLY] : undefined;
}

const cases = (Object.keys(callers) as Caller[]).flatMap((caller) =>
  (Object.keys(requests) as Request[]).map((request) => ({ caller, request })),
);

describe('a key', () => {
  test.each(cases)('$caller: $request', async ({ caller, request }) => {
    const [method, path, body, status] = requests[request];
    const answer = await ask(standIn, method, path, callers[caller], body);
    const refusal = refusalOf(caller, request);
    expect(answer.status).toBe(refusal?.[0] ?? status);
    if (refusal?.[0] === 401) {
      expect(answer.type).toBe('text/plain; charset=utf-8');
      expect(answer.text).toBe(refusal[1]);
    } else if (refusal) expect(JSON.parse(answer.text)).toEqual({ status: { error: refusal[1] }, time: 0 });
  });

  test.each(['/', '/healthz', '/livez', '/readyz'])('%s needs none', async (path) => {
    for (const caller of ['none', 'wrong'] as const)
      expect((await ask(standIn, 'GET', path, callers[caller])).status).toBe(200);
  });

  test('what is refused is not done', async () => {
    const other = await startQdrantStandIn({ apiKey: KEY, readOnlyApiKey: READ_KEY });
    const body = { vectors: { size: 1, distance: 'Dot' } };
    for (const caller of ['none', 'wrong', 'read'] as const)
      await ask(other, 'PUT', '/collections/docs', callers[caller], body);
    const { text } = await ask(other, 'GET', '/collections', callers.whole);
    expect(JSON.parse(text).result).toEqual({ collections: [] });
    await other.close();
  });

  test('is in no record of requests', () => {
    expect(standIn.requests.length).toBeGreaterThan(0);
    const told = JSON.stringify(standIn.requests);
    for (const key of [KEY, READ_KEY]) expect(told).not.toContain(key);
  });
});

describe('keys that are not set', () => {
  const write = requests['a write'];
  test.each([
    ['none: everything is open', {}, 'none', 404],
    [
      'empty ones, of variables that are not set: everything is open',
      { apiKey: '', readOnlyApiKey: '' },
      'none',
      404,
    ],
    ['the whole one only: the other one is wrong', { apiKey: KEY }, 'read', 401],
    ['the reading one only: nobody may write', { readOnlyApiKey: READ_KEY }, 'read', 403],
    ['the reading one only: nobody may write without', { readOnlyApiKey: READ_KEY }, 'none', 401],
  ] as const)('%s', async (_name, options, caller, status) => {
    const server = await startQdrantStandIn(options);
    // There is no such collection, so a write that is let through is a 404.
    const [method, path, body] = write;
    expect((await ask(server, method, path, callers[caller], body)).status).toBe(status);
    await server.close();
  });
});
