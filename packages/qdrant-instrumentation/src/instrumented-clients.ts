import { traceGrpcClient } from './grpc-client.ts';
import { traceRestClient } from './rest-client.ts';
import { listenForRetryAfter, stopListeningForRetryAfter } from './retry-after.ts';
import type { Telemetry } from './telemetry.ts';
import { createWrappedFunctions } from './wrapped-functions.ts';

/** The clients and classes that report to one telemetry, switched on and off together. */
export interface InstrumentedClients {
  /** @returns false when it is no client. */
  add(clientOrPrototype: object): boolean;
  enable(): void;
  disable(): void;
}

export function createInstrumentedClients(telemetry: Telemetry): InstrumentedClients {
  const wrapped = createWrappedFunctions();
  /** Classes stay for good; single clients only as long as the app keeps them. */
  const added: WeakRef<object>[] = [];

  function trace(target: object): boolean {
    if (hasFunction(target, 'getCollections')) traceRestClient(target, wrapped, telemetry);
    else if (hasFunction(target, 'api')) traceGrpcClient(target, wrapped, telemetry);
    else return false;
    return true;
  }

  return {
    add(target) {
      if (added.some((reference) => reference.deref() === target)) return true;
      if (!telemetry.enabled) {
        if (!hasFunction(target, 'api')) return false;
      } else if (!trace(target)) return false;
      added.push(new WeakRef(target));
      return true;
    },
    enable() {
      if (telemetry.enabled) return;
      telemetry.enabled = true;
      listenForRetryAfter();
      for (const reference of added) {
        const target = reference.deref();
        if (target !== undefined) trace(target);
      }
    },
    disable() {
      if (!telemetry.enabled) return;
      telemetry.enabled = false;
      stopListeningForRetryAfter();
      wrapped.restore();
    },
  };
}

function hasFunction(target: object, name: string): boolean {
  return typeof (target as Record<string, unknown>)[name] === 'function';
}
