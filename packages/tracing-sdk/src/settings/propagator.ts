import type { TextMapPropagator } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import type { PropagatorName } from '../types.ts';

const PROPAGATORS: Readonly<Record<PropagatorName, (() => TextMapPropagator) | undefined>> = {
  tracecontext: () => new W3CTraceContextPropagator(),
  baggage: () => new W3CBaggagePropagator(),
  b3: () => new B3Propagator(),
  b3multi: () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
  none: undefined,
};

export const PROPAGATOR_NAMES = Object.keys(PROPAGATORS) as PropagatorName[];

/** The propagators named, as one; a propagator of the app's own as it is. */
export function createPropagator(names: readonly PropagatorName[] | TextMapPropagator): TextMapPropagator {
  if (!Array.isArray(names)) return names as TextMapPropagator;
  const propagators = (names as PropagatorName[]).flatMap((name) => PROPAGATORS[name]?.() ?? []);
  return propagators.length === 1
    ? (propagators[0] as TextMapPropagator)
    : new CompositePropagator({ propagators });
}
