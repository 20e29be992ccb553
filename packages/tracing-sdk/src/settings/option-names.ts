import type { BatchOptions, MetricsOptions, RedactionOptions, SpanLimits, TracingOptions } from '../types.ts';
import { type Problems, quote } from './problems.ts';

type Names<T> = { readonly [K in keyof Required<T>]: true };

const OPTIONS: Names<TracingOptions> = {
  preset: true,
  sampleRatio: true,
  maxTracesPerSecond: true,
  healthRoutes: true,
  sampler: true,
  endpoint: true,
  headers: true,
  protocol: true,
  compression: true,
  timeoutMillis: true,
  exporter: true,
  spanProcessors: true,
  instrumentations: true,
  propagators: true,
  resourceAttributes: true,
  spanLimits: true,
  batch: true,
  exitTimeoutMillis: true,
  redaction: true,
  logLevel: true,
  metrics: true,
};
const BATCH: Names<BatchOptions> = {
  maxQueueSize: true,
  maxQueueBytes: true,
  maxExportBatchSize: true,
  scheduledDelayMillis: true,
  exportTimeoutMillis: true,
  maxConcurrentExports: true,
};
const SPAN_LIMITS: Names<SpanLimits> = {
  attributeCountLimit: true,
  attributeValueLengthLimit: true,
  eventCountLimit: true,
  linkCountLimit: true,
  attributePerEventCountLimit: true,
  attributePerLinkCountLimit: true,
};
const REDACTION: Names<RedactionOptions> = { keys: true, values: true, allowKeys: true };

const METRICS: Names<MetricsOptions> = {
  exporter: true,
  intervalMillis: true,
  temporality: true,
  exemplars: true,
};

const NESTED: Readonly<Record<string, object>> = {
  batch: BATCH,
  spanLimits: SPAN_LIMITS,
  redaction: REDACTION,
  metrics: METRICS,
};

/** Names every option that does not exist, with the one that was probably meant. */
export function checkOptionNames(options: TracingOptions, problems: Problems): void {
  check(options, Object.keys(OPTIONS), '');
  for (const [name, known] of Object.entries(NESTED)) {
    const value = options[name as keyof TracingOptions];
    if (isObject(value)) check(value, Object.keys(known), `${name}.`);
  }

  function check(given: object, known: readonly string[], prefix: string): void {
    for (const name of Object.keys(given)) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      const hint =
        meant === undefined
          ? `Options are ${known.map((each) => prefix + each).join(', ')}.`
          : `Did you mean ${quote(prefix + meant)}?`;
      problems.wrong(`there is no option ${quote(prefix + name)}. ${hint}`, 'nothing, the option is ignored');
    }
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The known name that contains it, is contained in it, or is at most a third of its letters away. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return (
    best ?? known.find((each) => each.toLowerCase().includes(lower) || lower.includes(each.toLowerCase()))
  );
}

/** Levenshtein. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(substitution, (previous[j] as number) + 1, (current[j - 1] as number) + 1);
    }
    previous = current;
  }
  return previous[b.length] as number;
}
