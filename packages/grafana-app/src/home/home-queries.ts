import type { PromQuery } from '../grafana/prometheus.ts';

export type HomeQueryName =
  | 'received'
  | 'receivedHistory'
  | 'lost'
  | 'services'
  | 'spanMetrics'
  | 'targets'
  | 'alerts';

/** Cheap ones: this page is opened often. */
export const HOME_QUERIES: Record<Exclude<HomeQueryName, 'spanMetrics'>, PromQuery> = {
  received: { expr: 'sum(rate(otelcol_receiver_accepted_spans_total{job="otel-collector"}[5m]))' },
  receivedHistory: {
    expr: 'sum(rate(otelcol_receiver_accepted_spans_total{job="otel-collector"}[5m]))',
    history: true,
  },
  lost: { expr: 'sum(rate(otelcol_processor_dropped_spans{job="otel-collector"}[5m]))' },
  services: { expr: 'sum by (service_name) (service:requests:rate5m)' },
  targets: { expr: 'up{job=~"otel-collector|jaeger|tempo|qdrant|alertmanager"}' },
  alerts: {
    expr: 'count by (alertname, severity, component, service_name) (ALERTS{alertstate="firing", alertname!="Watchdog"})',
  },
};

/** Reads every span metric there is: only where no recorded series say that there are some. */
export const SPAN_METRICS_QUERY: PromQuery = { expr: 'count(traces_span_metrics_calls_total)' };
