import { createRequire } from 'node:module';
import type { Instrumentation } from '../otel-contract.ts';
import { appDirectory } from './app-directory.ts';
import { findAppManifest } from './app-manifest.ts';
import { instantiate } from './instantiate.ts';
import {
  isInstrumentationPackage,
  isMetapackage,
  reasonNeverUsed,
  shortName,
} from './instrumentation-packages.ts';
import { describeLoadFailure, loadPackage } from './load-package.ts';

export interface FoundInstrumentation {
  readonly packageName: string;
  /** Of the package. */
  readonly version: string;
  /** The package's; its dependencies resolve from here. */
  readonly folder: string;
  readonly instrumentation: Instrumentation;
}

export interface NotUsed {
  readonly name: string;
  /** One line. */
  readonly reason: string;
}

export interface Discovery {
  readonly found: readonly FoundInstrumentation[];
  readonly skipped: readonly NotUsed[];
  readonly failed: readonly NotUsed[];
}

export interface DiscoverOptions {
  /** The search for the app's package.json starts here and goes up. Default: the main script's folder. */
  readonly directory?: string;
  /** Short or whole names (`pg`) that OTEL_NODE_DISABLED_INSTRUMENTATIONS switches off. */
  readonly disabled?: readonly string[];
  /** `instrumentationName`s that the app has passed in itself. */
  readonly exclude?: readonly string[];
}

/**
 * Loads every instrumentation package that the app's package.json names, in alphabetical order with the metapackage last,
 * and makes an instance of each. One that cannot be loaded is listed under `failed` and stops nothing; never throws.
 *
 * Packages resolve from the app's package.json as `require` does, so those hoisted to a workspace's root are found.
 */
export function discoverInstrumentations({
  directory = appDirectory(),
  disabled = [],
  exclude = [],
}: DiscoverOptions = {}): Discovery {
  const found: FoundInstrumentation[] = [];
  const skipped: NotUsed[] = [];
  const failed: NotUsed[] = [];
  const app = findAppManifest(directory);
  const names = app?.dependencies.filter(isInstrumentationPackage) ?? [];
  if (app === undefined || names.length === 0) return { found, skipped, failed };

  const require = createRequire(app.file);
  // What the app names by itself comes before what the metapackage brings along.
  for (const name of [...names.filter((one) => !isMetapackage(one)), ...names.filter(isMetapackage)]) {
    const reason = reasonToSkip(name);
    if (reason !== undefined) skipped.push({ name, reason });
    else load(name);
  }
  return { found, skipped, failed };

  function reasonToSkip(name: string): string | undefined {
    const never = reasonNeverUsed(name);
    if (never !== undefined) return never;
    if (disabled.includes(shortName(name)) || disabled.includes(name))
      return 'OTEL_NODE_DISABLED_INSTRUMENTATIONS';
    if (exclude.includes(name)) return 'passed in by the app';
    const twin = found.find(({ instrumentation }) => instrumentation.instrumentationName === name);
    return twin === undefined ? undefined : `in use already, from ${twin.packageName}`;
  }

  function load(packageName: string): void {
    try {
      const { version, folder, exported } = loadPackage(packageName, require);
      const instances = instantiate(exported);
      if (instances.length === 0) {
        const reason = 'it exports no class with enable, disable and setTracerProvider';
        failed.push({ name: packageName, reason });
      }
      for (const instrumentation of instances) {
        const { instrumentationName: name } = instrumentation;
        const reason = reasonToSkip(name);
        if (reason === undefined) {
          found.push({ packageName, version, folder, instrumentation });
        } else {
          instrumentation.disable();
          skipped.push({ name, reason });
        }
      }
    } catch (error) {
      failed.push({ name: packageName, reason: describeLoadFailure(packageName, error) });
    }
  }
}
