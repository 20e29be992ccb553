import { expect, test } from 'vitest';
import { renderQdrantOperations, renderRates } from './figures.ts';

test('renders a line an operation within 80 columns', () => {
  const orders = {
    labels: { service: 'checkout', operation: 'POST /orders' },
    perSecond: 3.94,
    failed: 0.127,
  };
  const stock = {
    labels: { service: 'inventory', operation: 'GET /stock/:sku/with/a/long/path' },
    perSecond: 123.4,
    failed: 0,
  };
  expect(
    renderRates([
      { ...orders, p50: 45.1e6, p95: 412e6, p99: 1.2e9 },
      { ...stock, p50: 800e3, p95: 230e6, p99: 231e6 },
    ]),
  ).toEqual([
    'checkout POST /orders      3.9/s   13% failed  p50 45.1 ms p95 412 ms p99 1.20 s',
    'inventory GET /stock/:s… 123.4/s    0% failed  p50 800 µs p95 230 ms p99 231 ms',
  ]);
  expect(renderRates([])).toEqual([]);
});

test('Qdrant operations fit the terminal, show text as text, and nothing of other databases', () => {
  const row = (system: string, operation: string, collection: string) => ({
    labels: { system, operation, collection, service: 'search' },
    calls: 5.2,
    failed: 0.4,
    p50: 12.345e6,
    p95: 12.345e6,
    p99: 1.2e9,
    serverP50: 400e3,
    rows: 10,
  });
  const lines = renderQdrantOperations(
    [
      row('qdrant', 'query', 'long'.repeat(30)),
      row('postgresql', 'SELECT', 'users'),
      { ...row('qdrant', 'query', '\u001b[31mred'), serverP50: undefined, rows: undefined },
    ],
    80,
  );
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^Qdrant +calls +failed +p50 +p95 +p99 +server +rows$/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines.join('')).not.toContain('\u001b');
  expect(lines[1]).toMatch(/ 5 +40% 12\.3 ms 12\.3 ms +1\.20 s +400 µs +10\.0$/);
  expect(lines[2]).toMatch(/^query red +5 +40% 12\.3 ms 12\.3 ms +1\.20 s +- +-$/);
  expect(renderQdrantOperations([])).toEqual([]);
});
