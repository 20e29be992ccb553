export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** As Prometheus names them after its own rules; `1` is a ratio or a plain number. */
export type Unit =
  | '1'
  | 's'
  | 'ms'
  | 'us'
  | 'By'
  | 'timestamp'
  | '{span}'
  | '{trace}'
  | '{request}'
  | '{point}'
  | '{item}'
  | '{series}'
  | '{sample}'
  | '{event}';

export interface Metric {
  /** In Prometheus; of a histogram without `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly type: MetricType;
  readonly unit: Unit;
  /** Without the emitter's own (`Emitter.labels`), `le` and `quantile`. */
  readonly labels: readonly string[];
  readonly meaning: string;
  /** When there are series, where that is not always: "after the first failure", say. A rule has to live without it. */
  readonly appears?: string;
  /** Of `labels`, those that only some series have. */
  readonly sometimes?: readonly string[];
}

/** A program, or a part of one, that prints metrics. */
export interface Emitter {
  readonly id: string;
  readonly title: string;
  /** The version that the reference stack runs. */
  readonly version: string;
  /** How the metrics get to Prometheus. */
  readonly path: string;
  /** `job` of its series, where it is one. */
  readonly job?: string;
  /** What its recorded page is called before the version: `otelcol` for `otelcol-0.161.0.txt`. */
  readonly page?: string;
  /** On every series, from the scrape or the resource. */
  readonly labels: readonly string[];
  readonly metrics: readonly Metric[];
}

type Extra = Pick<Metric, 'appears' | 'sometimes'>;

const of =
  (type: MetricType) =>
  (name: string, unit: Unit, labels: readonly string[], meaning: string, extra: Extra = {}): Metric => ({
    name,
    type,
    unit,
    labels,
    meaning,
    ...extra,
  });

export const counter = of('counter');
export const gauge = of('gauge');
export const histogram = of('histogram');
export const summary = of('summary');

/** The series names of a metric in Prometheus, with the labels that its kind adds. */
export function seriesOf(metric: Metric): ReadonlyMap<string, readonly string[]> {
  const { name, type, labels } = metric;
  if (type === 'histogram' || type === 'summary') {
    const parts: [string, readonly string[]][] = [
      [`${name}_sum`, labels],
      [`${name}_count`, labels],
    ];
    if (type === 'histogram') parts.push([`${name}_bucket`, [...labels, 'le']]);
    else parts.push([name, [...labels, 'quantile']]);
    return new Map(parts);
  }
  return new Map([[name, labels]]);
}
