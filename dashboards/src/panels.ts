/** Dashboards and panels that alerts point at. The dashboards take uids and panel ids from here: a link once sent stays good. */
export const DASHBOARDS = {
  service: 'uat-service-overview',
  tracing: 'uat-distributed-tracing',
  vectors: 'uat-vector-database',
  pipeline: 'uat-tracing-pipeline',
} as const;

export type DashboardName = keyof typeof DASHBOARDS;

interface PanelPlace {
  readonly dashboard: DashboardName;
  /** Of the panel within its dashboard; never given to another one. */
  readonly id: number;
  readonly title: string;
}

/** Ids below 100 are for panels of alerts; a dashboard numbers its others from 100. */
export const PANELS = {
  serviceDuration: { dashboard: 'service', id: 2, title: 'Duration' },
  serviceRequests: { dashboard: 'service', id: 3, title: 'Requests' },
  serviceInstances: { dashboard: 'service', id: 4, title: 'Instances up' },
  serviceErrorBudget: { dashboard: 'service', id: 1, title: 'Error budget burn' },

  sdkDropped: { dashboard: 'tracing', id: 1, title: 'Spans lost in services' },
  sdkQueue: { dashboard: 'tracing', id: 2, title: 'Span queues of services' },
  hops: { dashboard: 'tracing', id: 3, title: 'Spans received, exported and dropped' },
  samplingDecisions: { dashboard: 'tracing', id: 4, title: 'Tail sampling' },
  spanMetricSeries: { dashboard: 'tracing', id: 5, title: 'Span metrics over their limit' },

  qdrantUp: { dashboard: 'vectors', id: 1, title: 'Up and version' },
  qdrantErrors: { dashboard: 'vectors', id: 2, title: 'Errors' },
  qdrantSearch: { dashboard: 'vectors', id: 3, title: 'Search latency' },
  qdrantReplicas: { dashboard: 'vectors', id: 4, title: 'Replicas' },
  qdrantCluster: { dashboard: 'vectors', id: 5, title: 'Consensus' },
  qdrantUpdates: { dashboard: 'vectors', id: 6, title: 'Updates waiting' },
  qdrantOptimizer: { dashboard: 'vectors', id: 7, title: 'Optimizations' },
  qdrantFiles: { dashboard: 'vectors', id: 8, title: 'Memory maps and file descriptors' },
  qdrantMemory: { dashboard: 'vectors', id: 9, title: 'Memory' },
  qdrantSnapshots: { dashboard: 'vectors', id: 10, title: 'Snapshots and transfers' },
  qdrantClient: { dashboard: 'vectors', id: 11, title: 'As clients see it' },

  targets: { dashboard: 'pipeline', id: 1, title: 'Scrape targets' },
  collectorSpans: { dashboard: 'pipeline', id: 2, title: 'Spans through the Collector' },
  collectorQueues: { dashboard: 'pipeline', id: 3, title: 'Queues of the Collector' },
  collectorMemory: { dashboard: 'pipeline', id: 4, title: 'Memory of the Collector' },
  collectorMetrics: { dashboard: 'pipeline', id: 5, title: 'Metrics through the Collector' },
  jaegerStorage: { dashboard: 'pipeline', id: 6, title: "Jaeger's storage" },
  jaegerSpans: { dashboard: 'pipeline', id: 7, title: 'Spans into Jaeger' },
  tempoSpans: { dashboard: 'pipeline', id: 8, title: 'Spans into Tempo' },
  tempoStorage: { dashboard: 'pipeline', id: 9, title: "Tempo's storage" },
  tempoRequests: { dashboard: 'pipeline', id: 10, title: "Tempo's requests" },
  tempoGenerator: { dashboard: 'pipeline', id: 11, title: "Tempo's metrics generator" },
  prometheusRules: { dashboard: 'pipeline', id: 12, title: "Prometheus' rules" },
  prometheusStorage: { dashboard: 'pipeline', id: 13, title: "Prometheus' storage" },
  alerting: { dashboard: 'pipeline', id: 14, title: 'Alerts on their way' },
} as const satisfies Readonly<Record<string, PanelPlace>>;

export type PanelName = keyof typeof PANELS;
