import { type Tracer, trace } from '@opentelemetry/api';
import { createMeasurements, type Measurements } from './measurements.ts';
import type { Settings } from './settings.ts';
import { NAME, VERSION } from './version.ts';

/** What a wrapped client reports to. Shared by everything that one instrumentation has wrapped. */
export interface Telemetry {
  /** False: what is still wrapped calls straight through. */
  enabled: boolean;
  settings: Settings;
  tracer: Tracer;
  readonly measurements: Measurements;
}

/** Reports to the API's global providers, whenever they come. */
export function createTelemetry(settings: Settings): Telemetry {
  return {
    enabled: false,
    settings,
    tracer: trace.getTracer(NAME, VERSION),
    measurements: createMeasurements(),
  };
}
