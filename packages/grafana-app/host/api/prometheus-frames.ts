/** What Grafana's Prometheus data source does in the server: queries of `/api/ds/query` into data frames. */
interface Query {
  readonly refId: string;
  readonly expr?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly interval?: string;
  readonly intervalMs?: number;
  readonly maxDataPoints?: number;
  readonly legendFormat?: string;
  readonly format?: string;
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [number, string])[];
  readonly value?: readonly [number, string];
}

/** Of Grafana's Prometheus data source, unless its settings say otherwise. */
const SCRAPE_INTERVAL_SECONDS = 15;
const MIN_STEP_SECONDS = 1;

function seconds(duration: string): number {
  const [, number = '', unit = ''] = /^(\d+)(ms|[smhd])$/.exec(duration) ?? [];
  const size = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }[unit];
  return size === undefined ? Number.NaN : Number(number) * size;
}

function named(metric: Readonly<Record<string, string>>, legend: string | undefined): string {
  if (legend !== undefined && legend !== '' && legend !== '__auto') {
    return legend.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, label) => metric[label] ?? '');
  }
  const { __name__ = '', ...labels } = metric;
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ');
  return text === '' ? __name__ : `${__name__}{${text}}`;
}

/** Numbers as Grafana's JSON has them: what JSON cannot hold stands as null. */
const numeric = (value: string): number | null => (Number.isFinite(Number(value)) ? Number(value) : null);

function frameOf(series: Series, query: Query, stepMillis: number, executed: string, kind: string) {
  const points = series.values ?? (series.value === undefined ? [] : [series.value]);
  const { __name__, ...labels } = series.metric;
  return {
    schema: {
      refId: query.refId,
      meta: {
        type: 'timeseries-multi',
        typeVersion: [0, 1],
        custom: { resultType: kind },
        executedQueryString: executed,
        ...(kind === 'vector' && query.format !== 'table' ? { preferredVisualisationType: 'graph' } : {}),
      },
      fields: [
        {
          name: 'Time',
          type: 'time',
          typeInfo: { frame: 'time.Time' },
          config: kind === 'matrix' ? { interval: stepMillis } : {},
        },
        {
          name: __name__ ?? 'Value',
          type: 'number',
          typeInfo: { frame: 'float64' },
          labels,
          config: { displayNameFromDS: named(series.metric, query.legendFormat) },
        },
      ],
    },
    data: {
      values: [points.map(([time]) => Math.round(time * 1000)), points.map(([, value]) => numeric(value))],
    },
  };
}

/** @param url of Prometheus; undefined when it is down @returns the answer to one query */
export async function queryPrometheus(url: string, query: Query, from: number, to: number) {
  const rangeSeconds = Math.max(1, Math.round((to - from) / 1000));
  const least =
    query.interval === undefined || query.interval === '' ? SCRAPE_INTERVAL_SECONDS : seconds(query.interval);
  const wanted = (query.intervalMs ?? (to - from) / (query.maxDataPoints ?? 1000)) / 1000;
  const step = Math.max(
    MIN_STEP_SECONDS,
    Math.round(Math.max(wanted, Number.isNaN(least) ? 0 : least, rangeSeconds / 11_000)),
  );
  const expression = (query.expr ?? '')
    .replaceAll(
      /\$\{?__rate_interval\}?/g,
      `${Math.max(step + SCRAPE_INTERVAL_SECONDS, 4 * SCRAPE_INTERVAL_SECONDS)}s`,
    )
    .replaceAll(/\$\{?__interval_ms\}?/g, String(step * 1000))
    .replaceAll(/\$\{?__interval\}?/g, `${step}s`)
    .replaceAll(/\$\{?__range_s\}?/g, String(rangeSeconds))
    .replaceAll(/\$\{?__range\}?/g, `${rangeSeconds}s`);
  const asks: { path: string; form: Record<string, string> }[] = [];
  if (query.instant === true) asks.push({ path: 'query', form: { time: String(to / 1000) } });
  if (query.range === true || query.instant !== true) {
    const start = Math.floor(from / 1000 / step) * step;
    const end = Math.floor(to / 1000 / step) * step;
    asks.push({ path: 'query_range', form: { start: String(start), end: String(end), step: String(step) } });
  }
  const frames: object[] = [];
  for (const { path, form } of asks) {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams({ query: expression, ...form }),
    });
    const answer = (await response.json()) as {
      status: string;
      error?: string;
      errorType?: string;
      data?: { resultType: string; result: readonly Series[] };
    };
    if (answer.status !== 'success') {
      return { status: 400, errorSource: 'downstream', error: `${answer.errorType}: ${answer.error}` };
    }
    const { resultType, result } = answer.data!;
    const all =
      resultType === 'scalar' ? [{ metric: {}, value: result as unknown as [number, string] }] : result;
    for (const series of all)
      frames.push(frameOf(series, query, step * 1000, `Expr: ${expression}\nStep: ${step}s`, resultType));
  }
  return { status: 200, frames };
}
