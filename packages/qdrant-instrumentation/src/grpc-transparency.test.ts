/** Over gRPC, with us or without: the same results, the same errors, the same requests, and no code of the app is run by us. */
import { inspect } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import { QdrantClient, QueryResponseSchema } from '@qdrant/js-client-grpc';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AnyClient, apiFunctions } from '../test/client-calls.ts';
import { type Ending, endingOf } from '../test/ending.ts';
import { type GrpcAnswer, type MockGrpc, startMockGrpc } from '../test/mock-qdrant-grpc.ts';
import { type Log, type Recipe, randomArguments } from '../test/random-arguments.ts';
import { type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant } from './index.ts';

const RUNS = 10_000;

let mock: MockGrpc;
let telemetry: RecordedTelemetry;

beforeAll(async () => {
  mock = await startMockGrpc();
  telemetry = recordTelemetry();
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
});

const ANSWERS: readonly GrpcAnswer[] = [
  {},
  {},
  {},
  {
    message: toBinary(
      QueryResponseSchema,
      create(QueryResponseSchema, { result: [{ score: 0.5 }, {}], time: 0.25 }),
    ),
  },
  { message: Buffer.from('no message') },
  { status: 3, statusMessage: 'Wrong input' },
  { status: 5, statusMessage: "Not found: Collection `docs` doesn't exist!" },
  { status: 8, headers: { 'retry-after': '30' } },
  { status: 8, headers: { 'retry-after': 'x' } },
  { status: 14 },
  { status: 99 },
];

const messages = randomArguments([
  'collectionName',
  'limit',
  'filter',
  'query',
  'prefetch',
  'using',
  'points',
  'operations',
  'queryPoints',
  'wait',
  'ordering',
  'readConsistency',
  'params',
  'withPayload',
  'withVectors',
  'vector',
  'scoreThreshold',
  '$typeName',
]);
// No `timeoutMs`: one that runs out is a race between two clients, with us or without.
const options = randomArguments(['headers', 'contextValues', 'onHeader', 'onTrailer', 'signal']);

/** One message in four is one that the client takes. */
const message = fc.oneof(
  { weight: 3, arbitrary: messages.argument },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Recipe>(
      () => ({}),
      () => ({ collectionName: 'docs' }),
    ),
  },
);
const callOptions = fc.oneof(
  { weight: 1, arbitrary: options.argument },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Recipe>(
      () => undefined,
      () => ({ headers: { 'x-app': '1' } }),
      () => ({ headers: new Headers({ traceparent: 'of the app' }) }),
    ),
  },
);

const SERVICES = ['collections', 'points', 'snapshots', 'service'] as const;
const bare: AnyClient = new QdrantClient({ checkCompatibility: false });
const functions = SERVICES.flatMap((service) =>
  apiFunctions(bare.api(service)).map(({ name }) => ({ service, name })),
);
const call = fc.record({
  target: fc.constantFrom(...functions),
  args: fc.tuple(message, callOptions),
});

interface Outcome {
  readonly ended: Ending['ended'];
  readonly what: string;
  readonly log: Log;
  /** Of calls that succeed. A message that is refused is refused after its request has begun: one without a body comes late. */
  readonly requests: unknown[];
}

async function run(
  client: AnyClient,
  { target, args }: typeof call extends fc.Arbitrary<infer T> ? T : never,
): Promise<Outcome> {
  const log: Log = [];
  mock.requests.length = 0;
  const made = args.map((recipe) => recipe(log));
  const { ended, value } = await endingOf(() => client.api(target.service)[target.name](...made));
  const requests = mock.requests
    .filter(({ body }) => body.length > 0)
    .map(({ path, headers, body }) => {
      const { traceparent, tracestate, baggage, ':authority': _, ...others } = headers;
      return { path, body: body.toString('hex'), headers: others };
    });
  return { ended, what: describe(value), log, requests: ended === 'resolved' ? requests : [] };
}

function describe(what: unknown): string {
  if (!(what instanceof Error)) return inspect(what, { depth: 8 });
  const { code, rawMessage } = what as Error & Record<string, unknown>;
  return inspect([what.constructor.name, what.name, what.message, code, rawMessage, String(what.cause)]);
}

test(`${RUNS} random gRPC calls end as they would without us`, { timeout: 300_000 }, async () => {
  let calls = 0;
  // Both clients' requests of one round get the same answer.
  mock.answer = () => ANSWERS[calls % ANSWERS.length]!;
  const untouched: AnyClient = new QdrantClient({ port: mock.port, checkCompatibility: false });
  const instrumented: AnyClient = instrumentQdrant(
    new QdrantClient({ port: mock.port, checkCompatibility: false }),
    { queryText: 'shape' },
  );
  const endings = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(call, async (one) => {
      calls++;
      telemetry.spans.length = 0;
      const expected = await run(untouched, one);
      expect(telemetry.spans).toEqual([]);
      const found = await run(instrumented, one);
      expect(found).toEqual(expected);
      expect(telemetry.spans.length).toBe(1);
      expect(telemetry.spans[0]!.status.code).toBe(expected.ended === 'rejected' ? 2 : 0);
      endings.set(found.ended, (endings.get(found.ended) ?? 0) + 1);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  console.log(
    `${RUNS} random gRPC calls: ${[...endings].map(([ending, count]) => `${count} ${ending}`).join(', ')}; no difference`,
  );
  expect(endings.get('resolved')).toBeGreaterThan(100);
  expect(endings.get('rejected')).toBeGreaterThan(100);
});
