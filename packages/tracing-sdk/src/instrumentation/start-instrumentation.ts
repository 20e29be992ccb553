import type { Context, MeterProvider, Tracer, TracerProvider } from '@opentelemetry/api';
import type { HttpDurations } from '../metrics/http-durations.ts';
import type { Instrumentation } from '../otel-contract.ts';
import type { Settings } from '../settings/settings.ts';
import type { BuiltInInstrumentation } from './built-in-instrumentation.ts';
import { type Discovery, discoverInstrumentations } from './discover.ts';
import { createFetchInstrumentation } from './fetch.ts';
import { createHttpClientInstrumentation } from './http-client.ts';
import { createHttpServerInstrumentation } from './http-server.ts';
import { shortName } from './instrumentation-packages.ts';
import { catchUpWithLateModules } from './late-modules.ts';
import { installModuleHooks } from './module-hooks.ts';
import { switchOn } from './switch-on.ts';

export interface StartInstrumentationOptions {
  readonly settings: Settings;
  readonly tracerProvider: TracerProvider;
  readonly tracerOf: (name: string) => Tracer;
  readonly enterContext: (context: Context) => void;
  readonly appDirectory: string;
  readonly viaRegister: boolean;
  /** undefined where metrics are off. */
  readonly metrics: { readonly meterProvider: MeterProvider; readonly http: HttpDurations } | undefined;
}

export interface RunningInstrumentation {
  stop(): void;
  /** Lines for `describe()`. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** Folders of the packages in use, by name. */
  readonly packages: Readonly<Record<string, string>>;
}

const HTTP = '@opentelemetry/instrumentation-http';
const UNDICI = '@opentelemetry/instrumentation-undici';

/** Switches on what is built in, what the app has installed, and what it has passed in. */
export function startInstrumentation(options: StartInstrumentationOptions): RunningInstrumentation {
  const { settings, tracerProvider, tracerOf, enterContext, appDirectory, viaRegister, metrics } = options;
  const entries = settings.instrumentations.value;
  const disabled = settings.disabledInstrumentations.value;
  const given = entries.filter((entry): entry is Instrumentation => entry !== 'auto');
  const givenNames = given.map(({ instrumentationName }) => instrumentationName);
  const auto = entries.includes('auto');

  const builtIn: [label: string, instrumentation: BuiltInInstrumentation][] = [];
  const wanted = (name: string): boolean =>
    auto && !givenNames.includes(name) && !disabled.includes(shortName(name)) && !disabled.includes(name);
  if (wanted(HTTP)) {
    builtIn.push([
      'http server',
      createHttpServerInstrumentation({
        tracer: tracerOf('@uat/tracing-sdk/http-server'),
        enterContext,
        recordDuration: metrics?.http.server,
      }),
    ]);
    builtIn.push([
      'http client',
      createHttpClientInstrumentation({
        tracer: tracerOf('@uat/tracing-sdk/http-client'),
        recordDuration: metrics?.http.client,
      }),
    ]);
  }
  if (wanted(UNDICI))
    builtIn.push([
      'fetch',
      createFetchInstrumentation({
        tracer: tracerOf('@uat/tracing-sdk/fetch'),
        recordDuration: metrics?.http.client,
      }),
    ]);
  for (const [, instrumentation] of builtIn) instrumentation.enable();

  const discovery: Discovery = auto
    ? discoverInstrumentations({ directory: appDirectory, disabled, exclude: givenNames })
    : { found: [], skipped: [], failed: [] };
  const installed = [
    ...discovery.found,
    ...given.map((instrumentation) => ({
      instrumentation,
      packageName: instrumentation.instrumentationName,
      folder: appDirectory,
    })),
  ];
  const switchOff = switchOn(
    installed.map(({ instrumentation }) => instrumentation),
    tracerProvider,
    metrics?.meterProvider,
  );
  const hooks = installModuleHooks(installed, appDirectory);
  const late = viaRegister ? undefined : catchUpWithLateModules(installed, appDirectory);

  return {
    stop() {
      for (const [, instrumentation] of builtIn) instrumentation.disable();
      late?.stop();
      switchOff();
    },
    notes: [
      ...noteLines(
        builtIn.map(([label]) => label),
        discovery,
        givenNames,
      ),
      ...hooks.notes,
    ],
    warnings: [
      ...discovery.failed.map(
        ({ name, reason }) => `the instrumentation package ${name} is not in use: ${reason}`,
      ),
      ...hooks.warnings,
      ...(late?.warnings ?? []),
    ],
    packages: Object.fromEntries(discovery.found.map(({ packageName, folder }) => [packageName, folder])),
  };
}

function noteLines(
  builtIn: readonly string[],
  { found, skipped, failed }: Discovery,
  given: readonly string[],
): string[] {
  const names = [...new Set(found.map(({ packageName, version }) => `${packageName} ${version}`))];
  return [
    `instrumentation, built in: ${builtIn.join(', ') || 'none'}`,
    ...(names.length === 0 ? [] : [`instrumentation, found installed: ${names.join(', ')}`]),
    ...(given.length === 0 ? [] : [`instrumentation, passed in: ${given.join(', ')}`]),
    ...skipped.map(({ name, reason }) => `instrumentation, not used: ${name} (${reason})`),
    ...failed.map(({ name, reason }) => `instrumentation, failed: ${name} (${reason})`),
  ];
}
