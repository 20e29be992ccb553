import type { Log } from '../diagnostics/log.ts';
import type { DropReason } from '../types.ts';

/** How often a lasting failure is summed up, milliseconds. */
const SUMMARY_MILLIS = 60_000;

/** Says a delivery failure once, sums it up once a minute while it lasts, and says when it is over. */
export interface DeliveryLog {
  /** `final`: the spans are dropped; otherwise they are kept and sent again. */
  failed(reason: string, final: boolean): void;
  delivered(): void;
  dropped(reason: DropReason, spans: number): void;
  /** `lastError` is undefined when the deadline simply passed. */
  lostAtExit(spans: number, lastError: string | undefined): void;
  stop(): void;
}

export interface DeliveryLogParts {
  readonly log: Log;
  /** Where to, for people. */
  readonly destination: string;
  /** Spans waiting at this moment. */
  readonly queued: () => number;
  /** Spans kept at most while it fails. */
  readonly capacity: number;
}

export function createDeliveryLog({ log, destination, queued, capacity }: DeliveryLogParts): DeliveryLog {
  let failingSince: number | undefined;
  /** When a failure was last said, and whether the one that lasts now was: a backend that flaps is summed up instead. */
  let saidAt = Number.NEGATIVE_INFINITY;
  let said = false;
  let lastReason = '';
  const dropped = new Map<DropReason, number>();
  let timer: NodeJS.Timeout | undefined;

  const droppedWords = (): string => {
    const parts = [...dropped].map(([reason, spans]) => `${spans} dropped (${reason})`);
    return parts.length === 0 ? 'none dropped' : parts.join(', ');
  };
  const stopSummaries = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const summarize = (): void => {
    if (failingSince !== undefined) {
      log.warn(
        `still cannot deliver spans to ${destination} after ${duration(performance.now() - failingSince)}: ${lastReason}; ${queued()} waiting, ${droppedWords()}`,
      );
    } else if (dropped.size > 0) {
      log.warn(`spans were dropped in the last minute: ${droppedWords()}; ${queued()} waiting`);
      dropped.clear();
    } else {
      stopSummaries();
    }
  };
  const startSummaries = (): void => {
    if (timer !== undefined) return;
    timer = setInterval(summarize, SUMMARY_MILLIS);
    timer.unref();
  };

  return {
    failed(reason, final) {
      lastReason = reason;
      if (failingSince !== undefined) return;
      failingSince = performance.now();
      startSummaries();
      said = failingSince - saidAt >= SUMMARY_MILLIS;
      if (!said) return;
      saidAt = failingSince;
      log.warn(
        `cannot deliver spans to ${destination}: ${reason}; ${final ? 'these spans are dropped and counted' : `up to ${capacity} are kept and retried`}, the app goes on`,
      );
    },
    delivered() {
      if (failingSince === undefined) return;
      if (said) {
        log.warn(
          `delivering spans to ${destination} again after ${duration(performance.now() - failingSince)}; ${droppedWords()}`,
        );
        dropped.clear();
        stopSummaries();
      }
      failingSince = undefined;
    },
    dropped(reason, spans) {
      const first = dropped.size === 0 && timer === undefined;
      dropped.set(reason, (dropped.get(reason) ?? 0) + spans);
      if (first && reason === 'queue_full') {
        log.warn(
          `the span queue is full (${queued()} spans waiting for ${destination}): new spans are dropped and counted; see stats() and batch.maxQueueSize, or lower sampleRatio`,
        );
      }
      startSummaries();
    },
    lostAtExit(spans, lastError) {
      const why = lastError ?? 'the exit deadline passed (exitTimeoutMillis)';
      log.warn(`${spans} spans could not be delivered to ${destination} before the process ended: ${why}`);
    },
    stop: stopSummaries,
  };
}

function duration(millis: number): string {
  const seconds = Math.round(millis / 1000);
  if (seconds < 60) return `${seconds} s`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
