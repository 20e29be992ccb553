import type { Attributes, Context, Meter } from '@opentelemetry/api';

/** Seconds; the context is the span's, for the exemplar. */
export type RecordDuration = (seconds: number, attributes: Attributes, context: Context) => void;

export interface HttpDurations {
  readonly server: RecordDuration;
  readonly client: RecordDuration;
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ says which buckets. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export function createHttpDurations(meter: Meter): HttpDurations {
  const histogram = (side: 'server' | 'client'): RecordDuration => {
    const instrument = meter.createHistogram(`http.${side}.request.duration`, {
      description: `Duration of HTTP ${side} requests.`,
      unit: 's',
      advice: { explicitBucketBoundaries: BOUNDARIES },
    });
    return (seconds, attributes, context) => instrument.record(seconds, attributes, context);
  };
  return { server: histogram('server'), client: histogram('client') };
}
