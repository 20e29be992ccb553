import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CaseSeries } from '../../../dashboards/src/alerts/alert.ts';

export type State = 'good' | 'bad';

/** A page of metrics whose series are where the test sets them: for what a program prints that does not run natively. */
export interface MetricsPage {
  /** Such as `10.77.1.1:40123`: what Prometheus calls the instance. */
  readonly target: string;
  set(state: State): void;
  /** Refuses connections, as a program that was killed; `open()` again is at the same address. */
  close(): Promise<void>;
  open(): Promise<void>;
}

/**
 * @param host to listen on
 * @param series as in the cases of the alert: names of the catalogue, and levels that are just good and just bad
 * @param scale for counters: where the rule adds up over a window that the proof has shortened
 */
export async function startMetricsPage(
  host: string,
  series: readonly CaseSeries[],
  scale = 1,
): Promise<MetricsPage> {
  let state: State = 'good';
  const totals = series.map(() => 0);
  let last = Date.now();
  const advance = (): void => {
    const seconds = (Date.now() - last) / 1000;
    last = Date.now();
    for (const [index, each] of series.entries()) {
      if (each.kind === 'counter') totals[index]! += seconds * scale * (each[state] ?? 0);
    }
  };
  const lineOf = (each: CaseSeries, index: number): string => {
    const level = each[state];
    // A counter that has begun stays, however little is added.
    if (level === null && (each.kind !== 'counter' || totals[index] === 0)) return '';
    const value =
      each.kind === 'counter'
        ? totals[index]!
        : each.kind === 'age'
          ? Date.now() / 1000 - (level ?? 0)
          : (level ?? 0);
    return `${withoutTarget(each.series)} ${value}\n`;
  };
  const server = createServer((_, response) => {
    advance();
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(series.map(lineOf).join(''));
  });
  let port = 0;
  const open = async (): Promise<void> => {
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    port = (server.address() as AddressInfo).port;
  };
  await open();
  return {
    target: `${host}:${port}`,
    open,
    set(next) {
      advance();
      state = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `job` and `instance` are Prometheus' own to write. */
function withoutTarget(series: string): string {
  const [, name = '', labels = ''] = /^([^{]+)\{(.*)\}$/.exec(series) ?? [undefined, series];
  const kept = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].filter(
    ([, label]) => label !== 'job' && label !== 'instance',
  );
  return `${name}{${kept.map(([pair]) => pair).join(',')}}`;
}
