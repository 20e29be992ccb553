import type { Attributes, HrTime } from '@opentelemetry/api';
import type { MeterProvider, ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { pointKey } from './exemplars.ts';

/** What is used of the metrics SDK's inside. It is bundled and pinned, so its version is known; a test holds it. */
interface Inside {
  readonly _sharedState: {
    readonly resource: ResourceMetrics['resource'];
    readonly metricCollectors: readonly object[];
    readonly meterSharedStates: ReadonlyMap<string, MeterState>;
  };
}

interface MeterState {
  readonly _instrumentationScope: ScopeMetrics['scope'];
  readonly metricStorageRegistry: {
    getStorages(collector: object): readonly {
      collect(collector: object, time: HrTime): ScopeMetrics['metrics'][number] | undefined;
    }[];
  };
  readonly observableRegistry: {
    readonly _callbacks: readonly {
      readonly callback: (result: object) => unknown;
      readonly instrument: ObservableInside;
    }[];
    readonly _batchCallbacks: readonly {
      readonly callback: (result: object) => unknown;
      readonly instruments: ReadonlySet<ObservableInside>;
    }[];
  };
}

interface ObservableInside {
  readonly _metricStorages: readonly { record(measurements: object, time: HrTime): void }[];
}

/**
 * Collects without an event loop, which a process inside `process.exit()` no longer has: the SDK's own `collect()` takes
 * several turns of the microtask queue. What an asynchronous callback would say is left out.
 */
export function collectNow(provider: MeterProvider): ResourceMetrics {
  const { resource, metricCollectors, meterSharedStates } = (provider as unknown as Inside)._sharedState;
  const collector = metricCollectors[0] as object;
  const millis = Date.now();
  const time: HrTime = [Math.floor(millis / 1000), (millis % 1000) * 1_000_000];
  const scopeMetrics: ScopeMetrics[] = [];
  for (const state of meterSharedStates.values()) {
    observe(state, time);
    const metrics = state.metricStorageRegistry
      .getStorages(collector)
      .flatMap((storage) => storage.collect(collector, time) ?? []);
    if (metrics.length > 0) scopeMetrics.push({ scope: state._instrumentationScope, metrics });
  }
  return { resource, scopeMetrics };
}

function observe({ observableRegistry }: MeterState, time: HrTime): void {
  for (const { callback, instrument } of observableRegistry._callbacks) {
    const seen = new Observations();
    call(callback, {
      observe: (value: number, attributes: Attributes = {}) => seen.add(value, attributes),
    });
    for (const storage of instrument._metricStorages) storage.record(seen, time);
  }
  for (const { callback, instruments } of observableRegistry._batchCallbacks) {
    const seen = new Map([...instruments].map((instrument) => [instrument, new Observations()]));
    call(callback, {
      observe: (instrument: ObservableInside, value: number, attributes: Attributes = {}) =>
        seen.get(instrument)?.add(value, attributes),
    });
    for (const [instrument, observations] of seen) {
      for (const storage of instrument._metricStorages) storage.record(observations, time);
    }
  }
}

function call(callback: (result: object) => unknown, result: object): void {
  try {
    // Nobody is left to handle what a promise of it rejects with.
    Promise.resolve(callback(result)).catch(() => {});
  } catch {
    // The others still have something to say.
  }
}

/** In place of the SDK's map by hash of attributes, of which it reads the entries. */
class Observations {
  readonly #entries = new Map<string, [Attributes, number, string]>();

  add(value: number, attributes: Attributes): void {
    const key = pointKey(attributes);
    if (typeof value === 'number') this.#entries.set(key, [attributes, value, key]);
  }

  entries(): Iterable<[Attributes, number, string]> {
    return this.#entries.values();
  }
}
