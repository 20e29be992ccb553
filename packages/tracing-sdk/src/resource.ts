import { hostname } from 'node:os';
import type { Attributes } from '@opentelemetry/api';
import type { Resource } from './otel-contract.ts';
import { VERSION } from './version.ts';

/**
 * What every span says about where it comes from. Left out on purpose: the command line, which holds secrets, and
 * cloud metadata, which costs network probes at start; `OTEL_RESOURCE_ATTRIBUTES` carries it where it is wanted.
 *
 * @param given service name and what the user added; wins over what is found here.
 */
export function createResource(given: Attributes): Resource {
  let attributes: Attributes | undefined;
  return Object.freeze({
    // Made at the first export: the random id loads node:crypto, 4 ms that an app's start need not wait for.
    get attributes() {
      attributes ??= Object.freeze({
        'service.instance.id': process.getBuiltinModule('node:crypto').randomUUID(),
        'telemetry.sdk.name': 'opentelemetry',
        'telemetry.sdk.language': 'nodejs',
        'telemetry.sdk.version': OTEL_SDK_VERSION,
        'telemetry.distro.name': '@uat/tracing-sdk',
        'telemetry.distro.version': VERSION,
        'host.name': hostname(),
        'process.pid': process.pid,
        'process.runtime.name': 'nodejs',
        'process.runtime.version': process.versions.node,
        ...given,
      });
      return attributes;
    },
  });
}

/** Version of the bundled @opentelemetry/sdk-trace; a test holds it against package.json. */
const OTEL_SDK_VERSION = '3.1.0';
