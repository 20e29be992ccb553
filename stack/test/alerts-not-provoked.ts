const NO_JAEGER = 'Jaeger does not run natively: a Collector stands in for it, without its storage';
const NO_TEMPO = 'Tempo does not run natively';
const ONE_NODE = 'cluster mode, which the stand-in for Qdrant does not have';
const NO_INSIDE =
  'of the inside of a real Qdrant (optimizers, snapshots, memory, disk), which its stand-in does not have';
const NO_GRPC = 'the stand-in for Qdrant does not speak gRPC';
const ITS_STATE =
  'a state that the program gets into by a damaged disk or a defect, not by what can be done to it from outside';

/** Why no cause of an alert is made on the native stack. Each has cases of `promtool test rules` all the same. */
export const NOT_PROVOKED: Readonly<Record<string, string>> = {
  JaegerLosingSpans: NO_JAEGER,
  JaegerRefusingSpans: NO_JAEGER,
  JaegerReadsFailing: NO_JAEGER,
  JaegerReadsSlow: NO_JAEGER,
  TempoNotReady: NO_TEMPO,
  TempoDiscardingSpans: NO_TEMPO,
  TempoRefusingSpans: NO_TEMPO,
  TempoBlocksFailing: NO_TEMPO,
  TempoCompactionsFailing: NO_TEMPO,
  TempoRetentionFailing: NO_TEMPO,
  TempoRequestsFailing: NO_TEMPO,
  TempoReadQueueNearlyFull: NO_TEMPO,
  TempoGeneratorNotCounting: NO_TEMPO,
  TempoRemoteWriteFailing: NO_TEMPO,
  TempoGeneratorSeriesLimited: NO_TEMPO,
  QdrantDeadReplicas: ONE_NODE,
  QdrantNoActiveReplica: ONE_NODE,
  QdrantConsensusStopped: ONE_NODE,
  QdrantConsensusStale: ONE_NODE,
  QdrantOperationsPending: ONE_NODE,
  QdrantCommitLag: ONE_NODE,
  QdrantPeersMissing: ONE_NODE,
  QdrantElections: ONE_NODE,
  QdrantTransferStuck: ONE_NODE,
  QdrantGrpcErrors: NO_GRPC,
  QdrantGrpcSearchSlow: NO_GRPC,
  QdrantMetricsMissing: 'the stand-in for Qdrant always prints its page whole',
  QdrantRecoveryMode: NO_INSIDE,
  QdrantQuotaExceeded: NO_INSIDE,
  QdrantUpdateQueueLong: NO_INSIDE,
  QdrantDeferredPoints: NO_INSIDE,
  QdrantOptimizerStuck: NO_INSIDE,
  QdrantUnindexed: NO_INSIDE,
  QdrantSnapshotStuck: NO_INSIDE,
  QdrantFileDescriptors: NO_INSIDE,
  QdrantMemoryMaps: NO_INSIDE,
  QdrantMajorPageFaults: NO_INSIDE,
  QdrantMemoryHigh: NO_INSIDE,
  TailSamplingDroppingEarly: 'the shipped `block_on_overflow` makes senders wait instead',
  TailSamplingSlow: 'a decision of more than a second needs a machine that is overloaded',
  TailSamplingPolicyErrors: 'none of the shipped policies can fail',
  PrometheusNotStoring:
    'Prometheus cannot say of itself that it stores nothing but in the last range it has stored',
  PrometheusRulesSlow: 'needs rules that take as long as their interval: a machine that is overloaded',
  PrometheusRulesMissed: 'needs rules that take as long as their interval: a machine that is overloaded',
  PrometheusStorageFailing: ITS_STATE,
  PrometheusDiskOverRetention: 'needs more than 10 GB of metrics',
  AlertmanagerStateNotSaved: 'Alertmanager saves its state every 15 minutes only',
  ServiceStoppedReporting:
    'Prometheus goes on showing the last sample of what is pushed for 5 minutes, longer than the shortened hour',
};

/** Alerts that could be provoked natively and are not: open work, with the cause to make. */
export const NOT_PROVOKED_YET: Readonly<Record<string, string>> = {
  ServiceSlowerThanUsual: 'a service that is fast for half a minute, then slow',
  ServiceDown: 'a scrape job of its own in prometheus.yml, whose target is killed',
  SdkDroppingSpans: 'an app with a small queue whose endpoint for traces answers 503',
  SdkQueueNearlyFull: 'an app with a small queue whose endpoint for traces answers 503',
  CollectorMemoryLimiterRefusing: 'the collector started with a limit of a few MiB',
  CollectorRefusingSpans: 'the collector started with a limit of a few MiB',
  CollectorReceiverFailing:
    'none known: what makes the receiver count a failure and not a refusal has to be found out',
  CollectorLosingSpans: 'a full disk of the queue, as in faults.test.ts',
  CollectorNotDelivering: 'a store down while spans are sent',
  CollectorQueueNearlyFull: 'a store down until QUEUE_SPANS are nearly reached',
  CollectorLosingMetrics: 'metrics of two hours ago, which Prometheus refuses',
  CollectorMemoryHigh: 'a collector that holds 461 MiB',
  TempoDown: 'a stand-in on port 3200, killed and started',
  GrafanaDown: 'a stand-in on port 3000, killed and started',
  // Seen to fire. It did not end within 90 s of the same file being put back: whether because auto-reload compares with
  // the last file that it could load, and so sees no change, has to be found out.
  PrometheusConfigBad: 'a broken prometheus.yml; seen to fire, not to end',
  PrometheusWithoutAlertmanager: 'prometheus.yml without alerting; seen in Prometheus only',
  PrometheusAlertsLost: 'Alertmanager killed; seen in Prometheus, then by keep_firing_for in Alertmanager',
  PrometheusRulesFailing: 'a rule with a many-to-many match beside the shipped ones',
  PrometheusRefusingOldSamples: 'metrics of two hours ago, which Prometheus refuses',
  AlertmanagerDown: 'Alertmanager killed; seen in Prometheus only',
  ScrapeJobGone: 'a job taken out of prometheus.yml',
  QdrantClientErrors: 'dashboard-app.ts, which asks for a collection that there is not',
  QdrantClientSearchSlow: 'dashboard-app.ts, with a Qdrant that waits 1.5 s',
};
