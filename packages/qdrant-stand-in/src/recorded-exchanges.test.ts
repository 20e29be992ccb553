/** Exchanges recorded of a real server 1.18.3, asked again of the stand-in, in their order. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXCHANGES } from '../test/real-server-files.ts';
import { isObject } from './json.ts';
import { type QdrantStandIn, startQdrantStandIn } from './start.ts';

interface Exchange {
  readonly case: string;
  readonly order: number;
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly response: { readonly status: number; readonly contentType?: string; readonly body: unknown };
}

/** What cannot be the same, and why; the rest of these answers is compared all the same. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  boot: 'the stand-in says that it is one, and is of version 1.19',
  versionInfo: 'the stand-in says that it is one, and is of version 1.19',
  searchMatrixPairs: 'a random sample; each recorded pair is asked for instead',
  searchMatrixOffsets: 'a random sample; the form is compared',
  listFullSnapshots: 'names, sizes and checksums are of the file',
};

/** Requests that the recording left out, whose effect later answers show; by the order that they came at. */
const UNRECORDED: Readonly<Record<number, { method: string; path: string; body?: unknown }>> = {
  56: {
    method: 'POST',
    path: '/collections/aliases',
    body: { actions: [{ create_alias: { collection_name: 'docs', alias_name: 'current' } }] },
  },
  62: { method: 'POST', path: '/collections/docs/snapshots?wait=true' },
  65: { method: 'POST', path: '/snapshots?wait=true' },
};

const exchanges = (EXCHANGES.path ? readFileSync(EXCHANGES.path, 'utf8').trim().split('\n') : []).map(
  (line) => JSON.parse(line) as Exchange,
);

describe('recorded exchanges', () => {
  if (EXCHANGES.path === undefined) test.skip(`asked again${EXCHANGES.skipReason}`, () => {});

  let standIn: QdrantStandIn;
  let snapshot = '';
  const same: string[] = [];
  const different: string[] = [];
  let order = 0;

  beforeAll(async () => {
    standIn = await startQdrantStandIn();
  });
  afterAll(async () => {
    await standIn.close();
    console.log(
      `recorded exchanges: ${same.length} the same; ${different.length} not to be compared in full: ${different.join(', ')}`,
    );
  });

  async function ask({ method, path, body }: Exchange['request']) {
    const response = await fetch(`${standIn.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? undefined;
    return {
      status: response.status,
      contentType,
      body: contentType === 'application/json' ? JSON.parse(text) : text,
    };
  }

  async function catchUp(to: number): Promise<void> {
    for (; order < to; order++) {
      const request = UNRECORDED[order];
      if (!request) continue;
      const { status, body } = await ask(request);
      expect(status).toBe(200);
      if (order === 62) snapshot = body.result.name;
    }
    order = to + 1;
  }

  test.each(exchanges)('$order $case', async (exchange) => {
    await catchUp(exchange.order);
    const path = exchange.request.path.replace(/docs-\d+-[\d-]+\.snapshot/, snapshot);
    const answer = await ask({ ...exchange.request, path });
    const { status, contentType, body } = exchange.response;
    expect(answer.status).toBe(status);
    expect(answer.contentType).toBe(contentType);
    const difference = DIFFERENCES[exchange.case];
    (difference === undefined ? same : different).push(exchange.case);
    if (difference === undefined) expectSame(answer.body, body, '');
    else await compareWhatCanBe(exchange.case, answer.body, body);
  });

  async function compareWhatCanBe(name: string, answer: unknown, recorded: unknown): Promise<void> {
    expect(formOf(answer)).toEqual(formOf(recorded));
    if (name !== 'searchMatrixPairs') return;
    const { pairs } = (recorded as { result: { pairs: { a: number; b: number; score: number }[] } }).result;
    for (const { a, b, score } of pairs) {
      const body = { query: a, filter: { must: [{ has_id: [b] }] } };
      const hit = await ask({ method: 'POST', path: '/collections/docs/points/query', body });
      expectSame(hit.body.result.points[0], { id: b, version: expect.any(Number), score }, `${a}-${b}`);
    }
  }
});

/** Equal, floats to 1e-5; `time` need only be a number from 0. */
function expectSame(actual: unknown, expected: unknown, at: string): void {
  if (typeof expected === 'number' && !Number.isInteger(expected) && !at.endsWith('.time')) {
    expect(Math.abs((actual as number) - expected), `${at}: ${actual} for ${expected}`).toBeLessThan(1e-5);
  } else if (at.endsWith('.time')) expect(actual as number).toBeGreaterThanOrEqual(0);
  else if (Array.isArray(expected)) {
    expect(actual, at).toHaveLength(expected.length);
    expected.forEach((item, place) => {
      expectSame((actual as unknown[])[place], item, `${at}[${place}]`);
    });
  } else if (isObject(expected) && !('asymmetricMatch' in expected)) {
    expect(Object.keys(actual as object), at).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected))
      expectSame((actual as Record<string, unknown>)[key], value, `${at}.${key}`);
  } else expect(actual, at).toEqual(expected);
}

/** Keys and types. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(formOf);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, formOf(inner)]));
  // Ids are numbers or UUIDs, and a sample may hold either.
  return typeof value === 'string' && /^[0-9a-f-]{36}$/.test(value) ? 'number' : typeof value;
}
