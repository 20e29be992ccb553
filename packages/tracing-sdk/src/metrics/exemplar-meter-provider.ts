import type { Counter, Meter, MeterProvider, MetricOptions, UpDownCounter } from '@opentelemetry/api';
import type { HistogramMetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ExemplarFilter } from '../types.ts';
import { type Exemplar, HistogramExemplars, pointKey } from './exemplars.ts';

/** Where the specification puts the buckets of a histogram that says nothing about them. */
const DEFAULT_BOUNDARIES = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];

/** A data point as the encodings of OTLP see it. */
export type PointWithExemplars = HistogramMetricData['dataPoints'][number] & {
  exemplars?: readonly Exemplar[];
};

export interface ExemplarMeterProvider extends MeterProvider {
  /** Something was measured since `settle()` was called last. */
  readonly touched: boolean;
  settle(): void;
  /** Puts the exemplars gathered since the last call to their data points. */
  attachExemplars(collected: ResourceMetrics): void;
}

/** A meter provider whose histograms keep exemplars, and which knows whether anything was measured. */
export function withExemplars(provider: MeterProvider, filter: ExemplarFilter): ExemplarMeterProvider {
  const meters = new WeakMap<Meter, Meter>();
  const histograms = new Map<string, HistogramExemplars>();
  // Until the first export: a process that ends before says at least how it was.
  let touched = true;

  function wrap(meter: Meter, scope: string): Meter {
    const counting = <T extends Counter | UpDownCounter>(counter: T): T => {
      const add = counter.add.bind(counter);
      counter.add = (value, attributes, context) => {
        touched = true;
        add(value, attributes, context);
      };
      return counter;
    };
    return {
      createCounter: (name, options) => counting(meter.createCounter(name, options)),
      createUpDownCounter: (name, options) => counting(meter.createUpDownCounter(name, options)),
      createGauge(name, options) {
        const gauge = meter.createGauge(name, options);
        return {
          record(value, attributes, context) {
            touched = true;
            gauge.record(value, attributes, context);
          },
        };
      },
      createHistogram(name, options) {
        const histogram = meter.createHistogram(name, options);
        const key = `${scope}\n${name}`;
        let exemplars = histograms.get(key);
        if (exemplars === undefined) {
          exemplars = new HistogramExemplars(boundariesOf(options), filter);
          histograms.set(key, exemplars);
        }
        const kept = exemplars;
        return {
          record(value, attributes, context) {
            touched = true;
            histogram.record(value, attributes, context);
            if (value >= 0) kept.offer(value, attributes, context);
          },
        };
      },
      createObservableGauge: (name, options) => meter.createObservableGauge(name, options),
      createObservableCounter: (name, options) => meter.createObservableCounter(name, options),
      createObservableUpDownCounter: (name, options) => meter.createObservableUpDownCounter(name, options),
      addBatchObservableCallback: (callback, observables) =>
        meter.addBatchObservableCallback(callback, observables),
      removeBatchObservableCallback: (callback, observables) =>
        meter.removeBatchObservableCallback(callback, observables),
    };
  }

  return {
    get touched() {
      return touched;
    },
    settle() {
      touched = false;
    },
    getMeter(name, version, options) {
      const meter = provider.getMeter(name, version, options);
      let wrapped = meters.get(meter);
      if (wrapped === undefined) {
        wrapped = wrap(meter, scopeKey({ name, version }));
        meters.set(meter, wrapped);
      }
      return wrapped;
    },
    attachExemplars({ scopeMetrics }) {
      for (const { scope, metrics } of scopeMetrics) {
        for (const metric of metrics) {
          const taken = histograms.get(`${scopeKey(scope)}\n${metric.descriptor.name}`)?.take();
          if (taken === undefined || taken.size === 0) continue;
          for (const point of metric.dataPoints as PointWithExemplars[]) {
            const exemplars = taken.get(pointKey(point.attributes));
            if (exemplars !== undefined) point.exemplars = exemplars;
          }
        }
      }
    },
  };
}

function scopeKey({
  name,
  version,
}: {
  readonly name: string;
  readonly version?: string | undefined;
}): string {
  return `${name}@${version ?? ''}`;
}

function boundariesOf(options: MetricOptions | undefined): readonly number[] {
  return options?.advice?.explicitBucketBoundaries ?? DEFAULT_BOUNDARIES;
}
