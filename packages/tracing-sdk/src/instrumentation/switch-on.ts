import { diag, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../otel-contract.ts';

/**
 * Gives the instrumentations their providers and enables those that have not enabled themselves (`InstrumentationBase`
 * does in its constructor). One that throws is reported through `diag` and left out.
 *
 * @returns disables what was switched on; a second call does nothing.
 */
export function switchOn(
  instrumentations: readonly Instrumentation[],
  tracerProvider: TracerProvider,
  meterProvider?: MeterProvider,
): () => void {
  let running = instrumentations.filter((instrumentation) =>
    guarded(instrumentation, 'be switched on', () => {
      instrumentation.setTracerProvider(tracerProvider);
      if (meterProvider !== undefined) instrumentation.setMeterProvider?.(meterProvider);
      if (!isEnabled(instrumentation)) instrumentation.enable();
    }),
  );
  return () => {
    const stopping = running;
    running = [];
    for (const instrumentation of stopping)
      guarded(instrumentation, 'be switched off', () => instrumentation.disable());
  };
}

/** `isEnabled()` is younger than `_enabled`. */
function isEnabled(instrumentation: Instrumentation): boolean {
  const { isEnabled, _enabled } = instrumentation as { isEnabled?: unknown; _enabled?: unknown };
  return typeof isEnabled === 'function' ? isEnabled.call(instrumentation) === true : _enabled === true;
}

function guarded(instrumentation: Instrumentation, step: string, run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    diag.error(
      `The instrumentation ${instrumentation.instrumentationName} could not ${step}; the others go on.`,
      error,
    );
    return false;
  }
}
