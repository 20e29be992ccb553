/** Nothing that the app stores or searches for is in a span, even when the server repeats it in an error. */
import { QdrantClient as GrpcClient } from '@qdrant/js-client-grpc';
import { QdrantClient } from '@qdrant/js-client-rest';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnyClient } from '../test/client-calls.ts';
import { type MockQdrant, ok, startMockQdrant } from '../test/mock-qdrant.ts';
import { type MockGrpc, startMockGrpc } from '../test/mock-qdrant-grpc.ts';
import { type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { maskEchoedValues } from './echoed-values.ts';
import { instrumentQdrant } from './index.ts';

let mock: MockQdrant;
let grpc: MockGrpc;
let telemetry: RecordedTelemetry;

beforeAll(async () => {
  mock = await startMockQdrant();
  grpc = await startMockGrpc();
  telemetry = recordTelemetry();
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
  await grpc.close();
});

/** Words and numbers that stand in nothing else. */
const secret = fc.oneof(
  fc.stringMatching(/^[a-z"\\ é-]{0,6}zqx[0-9a-z]{6,12}$/),
  fc.uuid(),
  fc.integer({ min: 700_000_000, max: 999_999_999 }),
  fc.bigInt({ min: 9_000_000_000_000_000n, max: 9_007_199_254_740_990n }).map(Number),
);
const secretVector = fc.array(
  fc.double({ min: 0.001, max: 0.999, noNaN: true }).map((x) => Number(`${x.toFixed(3)}731`)),
  { minLength: 1, maxLength: 4 },
);
const payload = fc.dictionary(fc.stringMatching(/^zqk[a-z]{5}$/), secret, { minKeys: 1, maxKeys: 3 });
const filter = fc.record({
  must: fc.array(
    fc.oneof(
      secret.map((value) => ({ key: 'city', match: { value } })),
      secret.map((value) => ({ has_id: [value] })),
      secret.map((value) => ({ key: 'n', range: { gte: value } })),
      secret.map((value) => ({
        nested: { key: 'tags', filter: { must_not: [{ key: 'x', match: { any: [value] } }] } },
      })),
    ),
    { minLength: 1, maxLength: 3 },
  ),
});
const points = fc.array(fc.record({ id: secret, vector: secretVector, payload }), {
  minLength: 1,
  maxLength: 3,
});

const restCall: fc.Arbitrary<[string, object]> = fc.oneof(
  fc
    .record({
      query: fc.oneof(secretVector, secret),
      filter,
      prefetch: fc.array(fc.record({ query: secretVector, filter }), { maxLength: 2 }),
    })
    .map((args): [string, object] => ['query', args]),
  fc
    .record({ searches: fc.array(fc.record({ query: secretVector, filter }), { maxLength: 3 }) })
    .map((args): [string, object] => ['queryBatch', args]),
  fc.record({ filter, offset: secret }).map((args): [string, object] => ['scroll', args]),
  fc.record({ ids: fc.array(secret, { minLength: 1 }) }).map((args): [string, object] => ['retrieve', args]),
  fc.record({ points }).map((args): [string, object] => ['upsert', args]),
  fc.record({ points: fc.array(secret, { minLength: 1 }) }).map((args): [string, object] => ['delete', args]),
  fc
    .record({ payload, filter, points: fc.array(secret) })
    .map((args): [string, object] => ['setPayload', args]),
  fc
    .record({
      operations: fc.array(
        fc.oneof(
          fc.record({ upsert: fc.record({ points }) }),
          fc.record({ set_payload: fc.record({ payload, filter }) }),
        ),
        { maxLength: 2 },
      ),
    })
    .map((args): [string, object] => ['batchUpdate', args]),
  fc
    .record({
      location: secret.map((value) => `https://host/${value}?sig=${value}`),
      api_key: secret.map(String),
    })
    .map((args): [string, object] => ['recoverSnapshot', args]),
);

/** Every string and number of a request, keys of payloads included. */
function secretsOf(value: unknown, key = ''): string[] {
  if (typeof value === 'string')
    return /zqx|https:|-.{4}-/.test(value) ? [value, JSON.stringify(value).slice(1, -1)] : [];
  if (typeof value === 'number' || typeof value === 'bigint')
    return String(value).length > 6 ? [String(value)] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(key === 'payload' ? [name] : []),
    ...secretsOf(inner, name),
  ]);
}

function leaks(values: readonly string[]): string[] {
  const text = JSON.stringify(
    telemetry.spans
      .splice(0)
      .map(({ name, attributes, events, links, status }) => [name, attributes, events, links, status]),
    (_, value) => (typeof value === 'bigint' ? String(value) : value),
  );
  const decoded = text.replaceAll('\\\\', '\\').replaceAll('\\"', '"');
  return values.filter((value) => text.includes(value) || decoded.includes(value));
}

test.each(['off', 'shape'] as const)('REST, queryText %s', { timeout: 120_000 }, async (queryText) => {
  const client: AnyClient = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }), {
    queryText,
  });
  await fc.assert(
    fc.asyncProperty(
      restCall,
      fc.constantFrom('answer', 'echo', 'echo whole', 'text'),
      async ([method, args], kind) => {
        const secrets = secretsOf(args);
        mock.answer = ({ body }) => {
          if (kind === 'answer') return ok({ points: [{ id: secrets[0], score: 1, payload: { secrets } }] });
          if (kind === 'text') return { status: 400, body };
          const reason =
            kind === 'echo'
              ? `Format error in JSON body: value ${secrets.join(' is not "')} is not valid`
              : `invalid: ${body}`;
          return { status: 400, body: { status: { error: reason }, time: 0 } };
        };
        await client[method]('docs', args).catch(() => {});
        expect(telemetry.spans.length).toBe(1);
        expect(leaks(secrets)).toEqual([]);
      },
    ),
    { numRuns: 1000 },
  );
});

test.each(['off', 'shape'] as const)('gRPC, queryText %s', { timeout: 120_000 }, async (queryText) => {
  const client: AnyClient = instrumentQdrant(new GrpcClient({ port: grpc.port, checkCompatibility: false }), {
    queryText,
  });
  const word = fc.stringMatching(/^[a-z]{0,6}zqx[0-9a-z]{6,12}$/);
  const id = fc.oneof(
    fc.uuid().map((value) => ({ pointIdOptions: { case: 'uuid', value } })),
    fc
      .bigInt({ min: 700_000_000n, max: 999_999_999n })
      .map((value) => ({ pointIdOptions: { case: 'num', value } })),
  );
  const grpcFilter = fc.record({
    must: fc.array(
      word.map((value) => ({
        conditionOneOf: {
          case: 'field',
          value: { key: 'city', match: { matchValue: { case: 'keyword', value } } },
        },
      })),
      { minLength: 1, maxLength: 2 },
    ),
  });
  const grpcCall: fc.Arbitrary<[string, object]> = fc.oneof(
    fc
      .record({
        collectionName: fc.constant('docs'),
        filter: grpcFilter,
        query: id.map((value) => ({
          variant: { case: 'nearest', value: { variant: { case: 'id', value } } },
        })),
      })
      .map((args): [string, object] => ['query', args]),
    fc
      .record({
        collectionName: fc.constant('docs'),
        points: fc.array(
          fc.record({
            id,
            payload: fc.dictionary(
              fc.stringMatching(/^zqk[a-z]{5}$/),
              word.map((value) => ({ kind: { case: 'stringValue', value } })),
            ),
          }),
          { minLength: 1, maxLength: 2 },
        ),
      })
      .map((args): [string, object] => ['upsert', args]),
    fc
      .record({ collectionName: fc.constant('docs'), ids: fc.array(id, { minLength: 1, maxLength: 3 }) })
      .map((args): [string, object] => ['get', args]),
  );
  await fc.assert(
    fc.asyncProperty(grpcCall, async ([method, args]) => {
      const secrets = secretsOf(args);
      grpc.answer = () => ({ status: 3, statusMessage: `value ${secrets.join(' is not ')} is not valid` });
      await client
        .api('points')
        [method](args)
        .catch(() => {});
      expect(telemetry.spans.length).toBe(1);
      expect(leaks(secrets)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test.each([
  [
    'Wrong input: Vector dimension error: expected dim: 8, got 2',
    { points: [{ id: 2, vector: [1, 2] }, { id: 8 }] },
    undefined,
  ],
  [
    "Not found: Collection `docs` doesn't exist!",
    { collection_name: 'docs', filter: { must: [{ key: 'docs2' }] } },
    undefined,
  ],
  ['No appropriate index for faceting: `city`', { key: 'city' }, undefined],
  [
    'value not-a-uuid is not a valid point ID',
    { points: [{ id: 'not-a-uuid' }] },
    'value ? is not a valid point ID',
  ],
  ['Not found: No point with id 42 found', { points: [42] }, 'Not found: No point with id ? found'],
  ['No point with id 5C56C793-69f3-4fbf-87e6-c4bf54c28c26', {}, 'No point with id ?'],
  [
    'invalid value: string "ab", expected',
    { filter: { must: [{ key: 'k', match: { value: 'ab' } }] } },
    'invalid value: string "?", expected',
  ],
  ['invalid type: floating point `0.125`', {}, 'invalid type: floating point `?`'],
])('%s', (reason, request, masked) => {
  expect(maskEchoedValues(reason, request)).toBe(masked ?? reason);
});

test('of a request that is too large to be compared the reason is cut at its first value', () => {
  const ids = Array.from({ length: 30_000 }, (_, index) => `id-${index}`);
  expect(maskEchoedValues('Bad request: value id-29999 is not valid', { ids })).toBe('Bad request…');
});
