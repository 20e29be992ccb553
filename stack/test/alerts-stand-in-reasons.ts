const JAEGER = 'Jaeger cannot be built from Go modules';
const TEMPO = 'Tempo cannot be built from Go modules';
const CLUSTER = 'a cluster of Qdrant, and its stand-in is one node';
const INSIDE = 'optimizers, snapshots, memory and disk of a real Qdrant, which its stand-in does not have';
const GRPC = 'no client here searches over gRPC';

/** Alerts whose cause is not made on the program itself, and why. A page of metrics stands in for it. */
export const STAND_IN_REASONS: Readonly<Record<string, string>> = {
  // receiverhelper/obsreport.go at 0.161.0
  CollectorReceiverFailing: `the Collector counts a failure of its own as refused while the alpha gate receiverhelper.newReceiverMetrics is off, as it is in the stack`,
  PrometheusDiskOverRetention:
    'Prometheus deletes blocks beyond its size itself: it needs one that it cannot delete, and more than 10 GB',
  JaegerLosingSpans: JAEGER,
  JaegerRefusingSpans: JAEGER,
  JaegerReadsFailing: JAEGER,
  JaegerReadsSlow: JAEGER,
  GrafanaDown: 'Grafana does not run natively',
  TempoDown: TEMPO,
  TempoNotReady: TEMPO,
  TempoDiscardingSpans: TEMPO,
  TempoRefusingSpans: TEMPO,
  TempoBlocksFailing: TEMPO,
  TempoCompactionsFailing: TEMPO,
  TempoRetentionFailing: TEMPO,
  TempoRequestsFailing: TEMPO,
  TempoReadQueueNearlyFull: TEMPO,
  TempoGeneratorNotCounting: TEMPO,
  TempoRemoteWriteFailing: TEMPO,
  TempoGeneratorSeriesLimited: TEMPO,
  QdrantDeadReplicas: CLUSTER,
  QdrantNoActiveReplica: CLUSTER,
  QdrantConsensusStopped: CLUSTER,
  QdrantConsensusStale: CLUSTER,
  QdrantOperationsPending: CLUSTER,
  QdrantCommitLag: CLUSTER,
  QdrantPeersMissing: CLUSTER,
  QdrantElections: CLUSTER,
  QdrantTransferStuck: CLUSTER,
  QdrantGrpcErrors: GRPC,
  QdrantGrpcSearchSlow: GRPC,
  QdrantMetricsMissing: 'the stand-in for Qdrant always prints its page whole',
  QdrantRecoveryMode: INSIDE,
  QdrantQuotaExceeded: INSIDE,
  QdrantUpdateQueueLong: INSIDE,
  QdrantDeferredPoints: INSIDE,
  QdrantOptimizerStuck: INSIDE,
  QdrantUnindexed: INSIDE,
  QdrantSnapshotStuck: INSIDE,
  QdrantFileDescriptors: INSIDE,
  QdrantMemoryMaps: INSIDE,
  QdrantMajorPageFaults: INSIDE,
  QdrantMemoryHigh: INSIDE,
};
