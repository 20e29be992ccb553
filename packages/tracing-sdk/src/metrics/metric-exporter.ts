import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { BatchSink } from '../export/batch-sink.ts';
import { retryDelay } from '../export/retry-delay.ts';
import type { ExportLog } from './export-log.ts';

export interface MetricExporter {
  /**
   * Sends, and again while that may help, for at most `exportTimeoutMillis`. Never rejects.
   *
   * @returns false where nothing came of it and a later attempt may do better.
   */
  export(collected: ResourceMetrics): Promise<boolean>;
  /** From here on nobody is waited for that cannot be reached; what waits to be sent again is sent now. */
  hurry(): void;
  /** Without an event loop. */
  exportAtExit(collected: ResourceMetrics, timeoutMillis: number): void;
  close(): Promise<void>;
}

export interface MetricExporterParts {
  readonly sink: BatchSink<unknown, ResourceMetrics>;
  readonly log: ExportLog;
  /** One export with its retries. */
  readonly exportTimeoutMillis: number;
}

export function createMetricExporter({
  sink,
  log,
  exportTimeoutMillis,
}: MetricExporterParts): MetricExporter {
  let hurried = false;
  let wake: (() => void) | undefined;

  const pause = (millis: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      // A process that has nothing else to do must not be held; the exit handlers wait instead.
      timer.unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    async export(collected) {
      let payload: unknown;
      try {
        ({ payload } = sink.encode(collected));
      } catch (error) {
        log.failed(`they could not be encoded: ${error instanceof Error ? error.message : String(error)}`);
        return true;
      }
      const deadline = performance.now() + exportTimeoutMillis;
      for (let failures = 1; ; failures++) {
        const outcome = await sink.send(payload);
        if (outcome.kind === 'delivered') {
          log.delivered();
          if (outcome.rejected > 0) log.rejected(outcome.rejected, outcome.message ?? 'without saying why');
          return true;
        }
        log.failed(outcome.reason);
        if (outcome.kind === 'refused') return true;
        if (hurried && outcome.unreachable) return false;
        const delay = retryDelay(failures, outcome.retryAfterMillis);
        if (performance.now() + delay >= deadline) return false;
        await pause(hurried ? Math.min(delay, HURRIED_PAUSE_MILLIS) : delay);
      }
    },
    hurry() {
      hurried = true;
      wake?.();
    },
    exportAtExit(collected, timeoutMillis) {
      if (timeoutMillis <= 0 || sink.sendAtExit === undefined) {
        log.lostAtExit('the exit deadline passed (exitTimeoutMillis)');
        return;
      }
      const { delivered, reason } = sink.sendAtExit([sink.encode(collected).payload], timeoutMillis);
      if (delivered[0] !== true) log.lostAtExit(reason ?? 'the backend did not answer');
    },
    close: () => sink.shutdown(),
  };
}

/** A timer that does not hold the process is of no use in one that is ending: short, and kept alive by the flush. */
const HURRIED_PAUSE_MILLIS = 200;
