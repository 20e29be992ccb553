import { alertmanager } from './alertmanager.ts';
import { collector } from './collector.ts';
import { grafana } from './grafana.ts';
import { jaeger } from './jaeger.ts';
import { type Emitter, type Metric, seriesOf } from './metric.ts';
import { alertSeries, prometheus } from './prometheus.ts';
import { qdrant } from './qdrant.ts';
import { scrape } from './scrape.ts';
import { serviceGraph, spanMetrics } from './span-metrics.ts';
import { tempo, tempoSpanMetrics } from './tempo.ts';
import { qdrantClient, tracingSdk } from './tracing-sdk.ts';

/** Every metric that panels and rules may use, once an emitter. Some names have several: `up` by job, process metrics. */
export const EMITTERS: readonly Emitter[] = [
  spanMetrics,
  serviceGraph,
  tracingSdk,
  qdrantClient,
  collector,
  jaeger,
  tempo,
  tempoSpanMetrics,
  prometheus,
  alertSeries,
  alertmanager,
  grafana,
  qdrant,
  scrape,
];

export interface CatalogueSeries {
  readonly metric: Metric;
  readonly emitter: Emitter;
  /** The metric's, the emitter's, and `le` or `quantile`. */
  readonly labels: ReadonlySet<string>;
}

/** By the name of the series: of a histogram `…_bucket`, `…_sum` and `…_count`. */
export const SERIES: ReadonlyMap<string, readonly CatalogueSeries[]> = (() => {
  const series = new Map<string, CatalogueSeries[]>();
  for (const emitter of EMITTERS) {
    for (const metric of emitter.metrics) {
      for (const [name, labels] of seriesOf(metric)) {
        const known = series.get(name) ?? [];
        known.push({ metric, emitter, labels: new Set([...emitter.labels, ...labels]) });
        series.set(name, known);
      }
    }
  }
  return series;
})();
