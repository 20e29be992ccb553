import type { TracerProvider } from '@opentelemetry/api';
import { type TracerParts, UatTracer } from './tracer.ts';

/** A tracer provider for the API's global registration; one tracer an instrumentation scope. */
export function createTracerProvider(parts: TracerParts): TracerProvider {
  const tracers = new Map<string, UatTracer>();
  return {
    getTracer(name, version, options) {
      const schemaUrl = options?.schemaUrl;
      const key = `${name}@${version ?? ''}:${schemaUrl ?? ''}`;
      let tracer = tracers.get(key);
      if (tracer === undefined) {
        const scope = {
          name,
          ...(version === undefined ? {} : { version }),
          ...(schemaUrl === undefined ? {} : { schemaUrl }),
        };
        tracer = new UatTracer(Object.freeze(scope), parts);
        tracers.set(key, tracer);
      }
      return tracer;
    },
  };
}
