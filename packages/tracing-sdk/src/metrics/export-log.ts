import type { Log } from '../diagnostics/log.ts';

/** How often a lasting failure is summed up, milliseconds. */
const SUMMARY_MILLIS = 60_000;

/** Says a failure of the metrics export once, sums it up at most once a minute while it lasts, and says when it is over. */
export interface ExportLog {
  failed(reason: string): void;
  delivered(): void;
  /** Part of an export was refused for good. */
  rejected(dataPoints: number, message: string): void;
  lostAtExit(reason: string): void;
}

/** @param kept what becomes of the numbers meanwhile, for people. */
export function createExportLog(log: Log, destination: string, kept: string): ExportLog {
  let failingSince: number | undefined;
  let saidAt = Number.NEGATIVE_INFINITY;
  let rejectedSaidAt = Number.NEGATIVE_INFINITY;
  const seconds = (since: number): number => Math.round((performance.now() - since) / 1000);
  return {
    failed(reason) {
      const now = performance.now();
      const first = failingSince === undefined;
      failingSince ??= now;
      if (now - saidAt < SUMMARY_MILLIS) return;
      saidAt = now;
      log.warn(
        first
          ? `cannot deliver metrics to ${destination}: ${reason}; ${kept}, the app goes on`
          : `still cannot deliver metrics to ${destination} after ${seconds(failingSince)} s: ${reason}`,
      );
    },
    delivered() {
      if (failingSince === undefined) return;
      log.warn(`delivering metrics to ${destination} again after ${seconds(failingSince)} s`);
      failingSince = undefined;
      saidAt = Number.NEGATIVE_INFINITY;
    },
    rejected(dataPoints, message) {
      if (performance.now() - rejectedSaidAt < SUMMARY_MILLIS) return;
      rejectedSaidAt = performance.now();
      log.warn(`${destination} rejected ${dataPoints} data points: ${message}`);
    },
    lostAtExit(reason) {
      log.warn(
        `the last metrics could not be delivered to ${destination} before the process ended: ${reason}`,
      );
    },
  };
}
