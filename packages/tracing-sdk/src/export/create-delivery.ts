import type { Log } from '../diagnostics/log.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { Settings } from '../settings/settings.ts';
import { type BatchProcessor, createBatchProcessor } from './batch-processor.ts';
import type { BatchSink } from './batch-sink.ts';
import { createSink } from './create-sink.ts';
import { createDeliveryLog } from './delivery-log.ts';

/**
 * The way from ended spans to the backend that the settings ask for; undefined where nothing is exported.
 *
 * @throws ConfigurationError when the exporter cannot be made as configured; in production it is an error line instead,
 *   and nothing is exported.
 */
export function createDelivery(
  settings: Settings,
  redactor: Redactor,
  log: Log,
  appDirectory: string,
): BatchProcessor | undefined {
  const sink = openSink(settings, log, appDirectory);
  if (sink === undefined) return undefined;
  const options = settings.batch.value;
  const deliveryLog = createDeliveryLog({
    log,
    destination: sink.description,
    queued: () => processor.stats().spansQueued,
    capacity: options.maxQueueSize,
  });
  const processor = createBatchProcessor({ sink, redactSpan: redactor.span, log: deliveryLog, options });
  return processor;
}

function openSink(settings: Settings, log: Log, appDirectory: string): BatchSink | undefined {
  try {
    return createSink(settings, appDirectory);
  } catch (error) {
    if (!settings.inProduction) throw error;
    log.error(`spans are not exported: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
