import type { ReceivedSpan } from '@uat/tracing-sdk/testing';
import { formatDuration } from './durations.ts';
import { percentile } from './percentile.ts';
import { samplingWeight } from './sampling-weight.ts';
import { hasFailed } from './span-details.ts';
import { serviceOf } from './span-tree.ts';
import { cleanText, padEnd, truncate } from './terminal-text.ts';

const SERVER = 1;
const CONSUMER = 4;

export interface OperationRate {
  readonly service: string;
  /** The span's name. */
  readonly operation: string;
  /** Requests a second, those that sampling left out included. */
  readonly perSecond: number;
  /** Share of them that failed, 0 to 1. */
  readonly failed: number;
  /** Nanoseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Rates {
  add(spans: readonly ReceivedSpan[]): void;
  /** Of the window up to now, by service and operation. */
  current(): OperationRate[];
}

export interface RatesOptions {
  /** Milliseconds. Default: 10000. */
  readonly windowMillis?: number;
  /** Milliseconds of a clock that never steps back. Default: `performance.now`. */
  readonly now?: () => number;
}

/** Requests kept at most; when more come in one window, the oldest go, and rates are too low. */
const MAX_REQUESTS = 50_000;

interface Request {
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  readonly weight: number;
  readonly failed: boolean;
  readonly duration: number;
}

/**
 * Rate, errors and durations of requests over the last seconds, from the spans with which services answer them (server
 * and consumer). Each span counts for as many requests as its sampler says it stands for.
 */
export function createRates({
  windowMillis = 10_000,
  now = () => performance.now(),
}: RatesOptions = {}): Rates {
  const started = now();
  let requests: Request[] = [];
  const forgetOld = (): void => {
    const oldest = now() - windowMillis;
    const first = requests.findIndex((request) => request.at > oldest);
    requests = first === -1 ? [] : requests.slice(Math.max(first, requests.length - MAX_REQUESTS));
  };
  return {
    add(spans) {
      for (const span of spans) {
        if (span.kind !== SERVER && span.kind !== CONSUMER) continue;
        requests.push({
          // When it came, not when it was: other clocks may be off.
          at: now(),
          service: serviceOf(span),
          operation: span.name,
          weight: samplingWeight(span.traceState),
          failed: hasFailed(span),
          duration: Math.max(0, Number(span.endTimeUnixNano - span.startTimeUnixNano)),
        });
      }
      forgetOld();
    },
    current() {
      forgetOld();
      const seconds = Math.max(1, Math.min(windowMillis, now() - started) / 1000);
      const groups = Map.groupBy(requests, (request) => `${request.service}\0${request.operation}`);
      return Array.from(groups.values(), (group) => summarize(group, seconds)).sort(byName);
    },
  };
}

function summarize(group: readonly Request[], seconds: number): OperationRate {
  const { service, operation } = group[0] as Request;
  const durations = group.map(({ duration, weight }) => ({ value: duration, weight }));
  let weight = 0;
  let failed = 0;
  for (const request of group) {
    weight += request.weight;
    if (request.failed) failed += request.weight;
  }
  return {
    service,
    operation,
    perSecond: weight / seconds,
    failed: failed / weight,
    p50: percentile(durations, 0.5),
    p95: percentile(durations, 0.95),
    p99: percentile(durations, 0.99),
  };
}

function byName(a: OperationRate, b: OperationRate): number {
  return a.service.localeCompare(b.service, 'en') || a.operation.localeCompare(b.operation, 'en');
}

/** @returns one line an operation, at most `width` columns: `checkout GET /checkout  4.0/s  13% failed  p50 45.0 ms …` */
export function renderRates(rates: readonly OperationRate[], width = 80): string[] {
  const figures = rates.map(({ perSecond, failed, p50, p95, p99 }) =>
    [
      `${perSecond.toFixed(1)}/s`.padStart(8),
      `${Math.round(failed * 100)}% failed`.padStart(12),
      ` p50 ${formatDuration(p50)}`,
      `p95 ${formatDuration(p95)}`,
      `p99 ${formatDuration(p99)}`,
    ].join(' '),
  );
  const widest = Math.max(0, ...figures.map((text) => text.length));
  const nameWidth = Math.max(10, width - widest);
  return rates.map(({ service, operation }, i) => {
    const name = truncate(`${cleanText(service)} ${cleanText(operation)}`, nameWidth);
    return truncate(padEnd(name, nameWidth) + figures[i], width);
  });
}
