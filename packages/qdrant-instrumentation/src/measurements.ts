import {
  type Attributes,
  type Context,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api';
import { METRIC_DB_CLIENT_OPERATION_DURATION, METRIC_DB_CLIENT_RESPONSE_RETURNED_ROWS } from './semconv.ts';
import { NAME, VERSION } from './version.ts';

/** https://opentelemetry.io/docs/specs/semconv/database/database-metrics/ says which buckets. */
const DURATION_BOUNDARIES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const ROWS_BOUNDARIES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

export interface Measurements {
  /** Somebody has registered a meter provider. */
  readonly active: boolean;
  /** `rows`: points that came back, where the operation gives back points. */
  record(seconds: number, rows: number | undefined, attributes: Attributes, context: Context): void;
  /** From here on, instruments of this provider. The API's own, which does nothing, is not taken for one. */
  use(provider: MeterProvider): void;
}

/** Until it is given a meter, it follows the API's global provider, also when that comes late. */
export function createMeasurements(): Measurements {
  let provider: MeterProvider | undefined;
  let given = false;
  let duration: Histogram | undefined;
  let rows: Histogram | undefined;

  function create(meter: Meter): void {
    duration = meter.createHistogram(METRIC_DB_CLIENT_OPERATION_DURATION, {
      description: 'Duration of database client operations.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    });
    rows = meter.createHistogram(METRIC_DB_CLIENT_RESPONSE_RETURNED_ROWS, {
      description: 'The actual number of records returned by the database operation.',
      unit: '{row}',
      advice: { explicitBucketBoundaries: ROWS_BOUNDARIES },
    });
  }

  function follow(): void {
    const current = metrics.getMeterProvider();
    if (current === provider) return;
    provider = current;
    // Nothing then has to be computed for instruments that do nothing.
    if (isNoop(current)) duration = rows = undefined;
    else create(current.getMeter(NAME, VERSION));
  }

  return {
    get active() {
      if (!given) follow();
      return duration !== undefined;
    },
    record(seconds, count, attributes, context) {
      duration?.record(seconds, attributes, context);
      if (count !== undefined) rows?.record(count, attributes, context);
    },
    use(chosen) {
      if (isNoop(chosen)) return;
      given = true;
      create(chosen.getMeter(NAME, VERSION));
    },
  };
}

/** The API does not export its class. */
function isNoop(provider: MeterProvider): boolean {
  return provider.constructor?.name === 'NoopMeterProvider';
}
