import type { Log } from '../diagnostics/log.ts';
import { openOtlpSink } from '../export/open-otlp-sink.ts';
import type { Resource } from '../otel-contract.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { Settings } from '../settings/settings.ts';
import type { SpansStarted } from '../tracer/spans-started.ts';
import type { TracingStats } from '../types.ts';
import { loadMetrics } from './load-metrics.ts';
import type { RunningMetrics } from './start-metrics.ts';

export interface CreateMetricsParts {
  readonly settings: Settings;
  readonly resource: Resource;
  readonly redactor: Redactor;
  readonly log: Log;
  readonly appDirectory: string;
  readonly started: SpansStarted;
  readonly stats: () => TracingStats;
}

/** An export of metrics is one request; a second one is under way when the one before was slow. */
const MAX_CONCURRENT_EXPORTS = 2;

/**
 * The metrics that the settings ask for; undefined where they are off, and nothing of them is loaded then.
 *
 * @throws ConfigurationError when the exporter cannot be made as configured; in production it is an error line instead,
 *   and nothing is measured.
 */
export function createMetrics(parts: CreateMetricsParts): RunningMetrics | undefined {
  const { settings, resource, redactor, log, appDirectory, started, stats } = parts;
  const metrics = settings.metrics.value;
  if (metrics === undefined) return undefined;
  try {
    return loadMetrics().startMetrics({
      settings: metrics,
      resource,
      redactor,
      log,
      openSink: (encodings) =>
        openOtlpSink({
          connection: metrics.connection,
          encodings,
          maxConcurrentExports: MAX_CONCURRENT_EXPORTS,
          appDirectory,
        }),
      spans: { started, stats, queueCapacity: settings.batch.value.maxQueueSize },
      tracesProtocol: settings.protocol.value,
    });
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    if (!missing && !settings.inProduction) throw error;
    const reason = missing
      ? 'the file metrics.js of @uat/tracing-sdk is not beside its index.js. Keep @uat/tracing-sdk out of the bundle (external), as other packages that are instrumented'
      : (error as Error).message;
    log.error(`metrics are off: ${reason}`);
    return undefined;
  }
}
