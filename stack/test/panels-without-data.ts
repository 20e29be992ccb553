const TEMPO = 'Tempo does not run natively';
const JAEGER =
  'Jaeger does not run natively: a Collector that writes files stands in, and it has no storage to read';
const GRAPH = 'service_graph cannot be built natively: its Go module is not published for this version';
const CLUSTER = 'printed in cluster mode only';
const NO_GRPC = 'the stand-in for Qdrant speaks REST only';

/** Queries of panels that return nothing on the native stack, each with its reason: by panel, or by panel and query. */
export const WITHOUT_DATA: Readonly<Record<string, string>> = {
  'uat-service-overview/4 B': 'the services push their metrics: Prometheus scrapes none of them',
  'uat-service-overview/120': GRAPH,
  'uat-service-overview/121': GRAPH,

  'uat-distributed-tracing/101': GRAPH,
  'uat-distributed-tracing/133 B': TEMPO,
  'uat-distributed-tracing/5 A': 'comes to be when a service has more span names than SERIES_LIMIT',
  'uat-distributed-tracing/3 F': TEMPO,
  'uat-distributed-tracing/140 F': TEMPO,
  'uat-distributed-tracing/1 B': 'comes to be when a service loses spans',

  'uat-vector-database/103 B': 'printed where a quota is set, since Qdrant 1.19',
  'uat-vector-database/2 C': NO_GRPC,
  'uat-vector-database/122': NO_GRPC,
  'uat-vector-database/123': NO_GRPC,
  'uat-vector-database/5': CLUSTER,
  'uat-vector-database/150': CLUSTER,

  'uat-tracing-pipeline/6': JAEGER,
  'uat-tracing-pipeline/120': JAEGER,
  'uat-tracing-pipeline/121': JAEGER,
  'uat-tracing-pipeline/8': TEMPO,
  'uat-tracing-pipeline/9': TEMPO,
  'uat-tracing-pipeline/10': TEMPO,
  'uat-tracing-pipeline/11': TEMPO,
  'uat-tracing-pipeline/130': TEMPO,
  'uat-tracing-pipeline/131': TEMPO,
  'uat-tracing-pipeline/132': TEMPO,
  'uat-tracing-pipeline/133': TEMPO,
  'uat-tracing-pipeline/150':
    'the reference Alertmanager has no integration until one is entered: nothing is notified',
};
