import { panelQueries } from './panel-queries.ts';

const HOUR = 3600;
/** What Grafana asks for at a usual width of a panel, and the resolution of a scrape every 15 s. */
const STEP = 15;

interface Timed {
  readonly key: string;
  readonly title: string;
  readonly millis: number;
  readonly series: number;
}

/**
 * Asks every query of every panel once, as Grafana does for the last hour, one after the other.
 *
 * @param url of a Prometheus, such as `http://127.0.0.1:9090`
 * @param service that the overview shows
 * @returns the times of those that have data, the slowest first
 */
export async function panelTimes(url: string, service: string): Promise<readonly Timed[]> {
  const times: Timed[] = [];
  for (const { key, title, filled, at } of panelQueries({ service }, '1m')) {
    const end = Math.floor(Date.now() / 1000);
    const search =
      at === 'instant'
        ? new URLSearchParams({ query: filled })
        : new URLSearchParams({ query: filled, start: `${end - HOUR}`, end: `${end}`, step: `${STEP}` });
    const begun = performance.now();
    const response = await fetch(`${url}/api/v1/${at === 'instant' ? 'query' : 'query_range'}?${search}`);
    const { status, data, error } = (await response.json()) as {
      status: string;
      data?: { result: unknown[] };
      error?: string;
    };
    if (status !== 'success') throw new Error(`${key}: ${error}`);
    const series = data?.result.length ?? 0;
    if (series > 0) times.push({ key, title, millis: performance.now() - begun, series });
  }
  return times.sort((a, b) => b.millis - a.millis);
}
