import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Instrumentation } from '../otel-contract.ts';
import { builtInInstead, isInstrumentationPackage, shortName } from './instrumentation-packages.ts';

export interface FoundInstrumentation {
  readonly packageName: string;
  /** Where the package's entry file lies; its dependencies resolve from here. */
  readonly folder: string;
  readonly instrumentation: Instrumentation;
}

export interface NotUsed {
  readonly name: string;
  readonly reason: string;
}

export interface Discovery {
  readonly found: readonly FoundInstrumentation[];
  readonly skipped: readonly NotUsed[];
  readonly failed: readonly NotUsed[];
}

export interface DiscoverOptions {
  /** Of the app: the search for package.json starts here and goes up. */
  readonly directory: string;
  /** Short or whole names that are not to be used. */
  readonly disabled: readonly string[];
  /** `instrumentationName`s that the app has passed in itself. */
  readonly given: readonly string[];
}

/**
 * Loads every instrumentation package that the app's package.json names, in alphabetical order. Only `dependencies` and
 * `optionalDependencies` count: what a deployment does not install must not make a difference on a developer's machine.
 *
 * One that cannot be loaded is listed under `failed` and stops nothing.
 */
export function discoverInstrumentations({ directory, disabled, given }: DiscoverOptions): Discovery {
  const found: FoundInstrumentation[] = [];
  const skipped: NotUsed[] = [];
  const failed: NotUsed[] = [];
  const app = findManifest(directory);
  if (app === undefined) return { found, skipped, failed };
  const require = createRequire(app.file);
  for (const name of app.dependencies.filter(isInstrumentationPackage).sort()) {
    const instead = builtInInstead(name);
    if (instead !== undefined) {
      skipped.push({ name, reason: instead });
    } else if (disabled.includes(shortName(name)) || disabled.includes(name)) {
      skipped.push({ name, reason: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS' });
    } else {
      load(name);
    }
  }
  return { found, skipped, failed };

  function load(name: string): void {
    try {
      const folder = dirname(require.resolve(name));
      const made = instantiate(require(name) as Record<string, unknown>);
      if (made.length === 0)
        failed.push({ name, reason: 'it exports no class with enable, disable and setTracerProvider' });
      for (const instrumentation of made) {
        const { instrumentationName } = instrumentation;
        const instead = builtInInstead(instrumentationName);
        const off =
          disabled.includes(shortName(instrumentationName)) || disabled.includes(instrumentationName);
        if (instead !== undefined || off || given.includes(instrumentationName)) {
          instrumentation.disable();
          skipped.push({
            name: instrumentationName,
            reason: instead ?? (off ? 'OTEL_NODE_DISABLED_INSTRUMENTATIONS' : 'passed in by the app'),
          });
        } else {
          found.push({ packageName: name, folder, instrumentation });
        }
      }
    } catch (error) {
      failed.push({ name, reason: reasonOf(error) });
    }
  }
}

interface Manifest {
  readonly file: string;
  readonly dependencies: string[];
}

function findManifest(directory: string): Manifest | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const file = join(at, 'package.json');
    try {
      const { dependencies, optionalDependencies } = JSON.parse(readFileSync(file, 'utf8')) as Record<
        string,
        object | undefined
      >;
      return {
        file,
        dependencies: [
          ...new Set([...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {})]),
        ],
      };
    } catch {
      // None here, or not readable: one folder up.
    }
    if (dirname(at) === at) return undefined;
  }
}

/** The metapackage's list, else one of each exported instrumentation class. */
function instantiate(exported: Record<string, unknown>): Instrumentation[] {
  const { getNodeAutoInstrumentations } = exported;
  if (typeof getNodeAutoInstrumentations === 'function') {
    const off = { enabled: false };
    return getNodeAutoInstrumentations({
      '@opentelemetry/instrumentation-http': off,
      '@opentelemetry/instrumentation-undici': off,
    }) as Instrumentation[];
  }
  const classes = new Set(Object.values(exported).filter(isInstrumentationClass));
  const isBase = (one: InstrumentationClass): boolean =>
    [...classes].some((other) => other !== one && other.prototype instanceof one);
  return [...classes].filter((one) => !isBase(one)).map((one) => new one({}));
}

type InstrumentationClass = new (config: object) => Instrumentation;

function isInstrumentationClass(value: unknown): value is InstrumentationClass {
  const prototype =
    typeof value === 'function' ? (value.prototype as Partial<Instrumentation> | undefined) : undefined;
  return (
    typeof prototype?.enable === 'function' &&
    typeof prototype.disable === 'function' &&
    typeof prototype.setTracerProvider === 'function'
  );
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'MODULE_NOT_FOUND') return 'it is named in package.json and not installed; run `npm install`';
  if (code === 'ERR_REQUIRE_ASYNC_MODULE')
    return 'it is an ES module with top-level await; pass an instance to initTracing';
  return String(message ?? error).split('\n')[0] as string;
}
