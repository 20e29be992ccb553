import { describe, expect, test } from 'vitest';
import { createQdrantOperations, renderQdrantOperations } from './qdrant-operations.ts';
import { receivedSpan } from './received-span.fixture.ts';

const CLIENT = 3;
let id = 0;
function call(
  name: string,
  ms: number,
  more: { failed?: boolean; traceState?: string; attributes?: object } = {},
) {
  return receivedSpan({
    id: String(++id),
    name,
    ms,
    kind: CLIENT,
    ...more,
    attributes: { 'db.system.name': 'qdrant', ...more.attributes },
  });
}

describe('Qdrant operations', () => {
  test('count, errors, percentiles, server time and rows, by operation and collection', () => {
    const operations = createQdrantOperations();
    operations.add([
      call('query docs', 2, {
        attributes: { 'qdrant.server.duration': 0.001, 'db.response.returned_rows': 3 },
      }),
      call('query docs', 4, {
        attributes: { 'qdrant.server.duration': 0.003, 'db.response.returned_rows': 0 },
      }),
      call('query archive', 1, { failed: true }),
      receivedSpan({ id: 'f', name: 'SELECT', attributes: { 'db.system.name': 'postgresql' } }),
    ]);
    expect(operations.current()).toEqual([
      {
        name: 'query archive',
        calls: 1,
        failed: 1,
        p50: 1e6,
        p95: 1e6,
        p99: 1e6,
        server: undefined,
        rows: undefined,
      },
      { name: 'query docs', calls: 2, failed: 0, p50: 2e6, p95: 4e6, p99: 4e6, server: 1e6, rows: 1.5 },
    ]);
  });

  test('each span stands for as many calls as its sampler says', () => {
    const operations = createQdrantOperations();
    // 1 of 4, and every one.
    operations.add([call('query docs', 1, { traceState: 'ot=th:c' }), call('query docs', 9)]);
    expect(operations.current()).toMatchObject([{ calls: 5, p50: 1e6, p95: 9e6 }]);
  });

  test('fits the terminal, and shows text as text', () => {
    const operations = createQdrantOperations();
    operations.add([
      call(`query ${'long'.repeat(30)}`, 1),
      call('query \u001b[31mred', 12.345, {
        attributes: { 'qdrant.server.duration': 0.0004, 'db.response.returned_rows': 10 },
      }),
    ]);
    const lines = renderQdrantOperations(operations.current(), 80);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^Qdrant +calls +failed +p50 +p95 +p99 +server +rows$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.join('')).not.toContain('\u001b');
    expect(lines.find((line) => line.includes('red'))).toMatch(
      / 1 +0% 12\.3 ms 12\.3 ms 12\.3 ms +400 µs +10\.0$/,
    );
    expect(renderQdrantOperations([])).toEqual([]);
  });
});
