import { dirname, resolve } from 'node:path';
import { context, diag, metrics as metricsApi, propagation, type Tracer, trace } from '@opentelemetry/api';
import { describeApiCopyProblem, findApiCopies } from './diagnostics/api-copies.ts';
import { createDiagLogger, createLog, diagLevel } from './diagnostics/log.ts';
import { type ExitWork, installExitHandlers } from './exit/exit-handlers.ts';
import { joinExitWork } from './exit/exit-work.ts';
import { createDelivery } from './export/create-delivery.ts';
import { startInstrumentation } from './instrumentation/start-instrumentation.ts';
import { createMetrics } from './metrics/create-metrics.ts';
import { createRedactor } from './redaction/redactor.ts';
import { createResource } from './resource.ts';
import { createSampler } from './sampling/create-sampler.ts';
import { describeSettings, startLine } from './settings/describe-settings.ts';
import { createPropagator } from './settings/propagator.ts';
import type { Settings } from './settings/settings.ts';
import { EnterableContextManager } from './tracer/context-manager.ts';
import { createIdGenerator } from './tracer/id-generator.ts';
import { createSpanFanOut } from './tracer/span-fan-out.ts';
import { createSpansStarted } from './tracer/spans-started.ts';
import { createTracerProvider } from './tracer/tracer-provider.ts';
import type { Tracing, TracingStats } from './types.ts';
import { VERSION } from './version.ts';

export interface StartContext {
  /** Loaded ahead of the app, so that nothing can be too late to be instrumented. */
  readonly viaRegister: boolean;
  /** Run at the end of `shutdown()`. */
  readonly onShutdown: () => void;
}

/**
 * Puts the parts together as the settings say, registers them with the OpenTelemetry API and switches on the
 * instrumentation.
 *
 * @throws ConfigurationError when the exporter cannot be made as configured.
 */
export function startTracing(settings: Settings, { viaRegister, onShutdown }: StartContext): Tracing {
  const redactor = createRedactor(settings.redaction.value);
  const log = createLog(settings.logLevel.value, (text) => redactor.text(text));
  for (const warning of settings.warnings) log.warn(warning);

  const appDirectory = dirname(resolve(process.argv[1] ?? '-'));
  const recording = !settings.disabled.value;
  const resource = createResource(settings.resourceAttributes.value);
  const batches = recording ? createDelivery(settings, redactor, log, appDirectory) : undefined;
  const spanProcessor = createSpanFanOut(batches ?? NOTHING, settings.spanProcessors.value);
  const started = createSpansStarted();
  const provider = createTracerProvider({
    resource,
    sampler: createSampler(settings.sampling.value, settings.healthRoutes.value),
    idGenerator: createIdGenerator(),
    spanLimits: settings.spanLimits.value,
    spanProcessor,
    started,
  });

  if (diagIsFree()) diag.setLogger(createDiagLogger(log), { logLevel: diagLevel(settings.logLevel.value) });
  if (recording && !trace.setGlobalTracerProvider(provider)) {
    log.error(
      'another OpenTelemetry SDK is registered in this process already, so @uat/tracing-sdk stays out of it and records nothing. Remove one of the two, or call initTracing first.',
    );
    return inertTracing(settings, onShutdown);
  }
  const contextManager = new EnterableContextManager();
  const ours =
    context.setGlobalContextManager(contextManager.enable()) &&
    propagation.setGlobalPropagator(createPropagator(settings.propagators.value));
  if (!ours) {
    log.error(
      'another context manager or propagator is registered in this process already, so spans may not find their parents. Remove it, or call initTracing first.',
    );
  }

  // When nothing is recorded, the API's no-op tracer passes a caller's context on unchanged.
  const tracerOf = (name: string): Tracer =>
    recording ? provider.getTracer(name, VERSION) : trace.getTracer(name, VERSION);
  const stats = (): TracingStats => batches?.stats() ?? NO_STATS;
  const metrics = recording
    ? createMetrics({ settings, resource, redactor, log, appDirectory, started, stats })
    : undefined;
  if (metrics !== undefined && !metricsApi.setGlobalMeterProvider(metrics.meterProvider)) {
    log.warn(
      "another meter provider is registered in this process already, so the app's own metrics go there. Remove it, or call initTracing first.",
    );
  }
  const instrumentation = startInstrumentation({
    settings,
    metrics,
    tracerProvider: recording ? provider : trace.getTracerProvider(),
    tracerOf,
    enterContext: (entered) => contextManager.enter(entered),
    appDirectory,
    viaRegister,
  });
  for (const warning of instrumentation.warnings) log.warn(warning);
  const copies = describeApiCopyProblem(
    findApiCopies({ directory: appDirectory, packages: instrumentation.packages }),
  );
  if (copies !== undefined) log.error(copies);

  const atExit = [batches, metrics].filter((work) => work !== undefined);
  const removeExitHandlers =
    atExit.length === 0
      ? () => {}
      : installExitHandlers(
          atExit.length === 1 ? (atExit[0] as ExitWork) : joinExitWork(atExit),
          settings.exitTimeoutMillis.value,
        );

  log.info(startLine(settings));

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    instrumentation.stop();
    await Promise.all(
      atExit.map((work) => work.flush(settings.exitTimeoutMillis.value, { giveUpUnreachable: true })),
    );
    removeExitHandlers();
    if (metrics !== undefined) metricsApi.disable();
    if (recording) trace.disable();
    context.disable();
    propagation.disable();
    await batches?.close();
    await metrics?.close();
    await Promise.allSettled(settings.spanProcessors.value.map((processor) => processor.shutdown()));
    onShutdown();
  };
  return Object.freeze({
    tracer: tracerOf(settings.serviceName.value),
    async flush() {
      if (stopping !== undefined) return;
      await Promise.all([
        spanProcessor.forceFlush(),
        metrics?.flush(settings.batch.value.exportTimeoutMillis),
      ]);
    },
    shutdown: () => (stopping ??= stop()),
    stats,
    describe: () =>
      describeSettings(settings, [...instrumentation.notes, ...(copies === undefined ? [] : [copies])]),
  });
}

/** An app that has set its own diagnostics logger keeps it. */
function diagIsFree(): boolean {
  const registered = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')];
  return (registered as { diag?: unknown } | undefined)?.diag === undefined;
}

const NOTHING = Object.freeze({
  onStart() {},
  onEnd() {},
  async forceFlush() {},
  async shutdown() {},
});

const NO_STATS: TracingStats = Object.freeze({
  spansEnded: 0,
  spansExported: 0,
  spansDropped: Object.freeze({
    queue_full: 0,
    rejected: 0,
    unencodable: 0,
    exit_timeout: 0,
    after_shutdown: 0,
  }),
  spansQueued: 0,
  bytesQueued: 0,
  exportsInFlight: 0,
  exportAttemptsFailed: 0,
  lastError: undefined,
});

/** The handle of an SDK that stays out: every call works and does nothing. */
function inertTracing(settings: Settings, onShutdown: () => void): Tracing {
  return Object.freeze({
    tracer: trace.getTracer(settings.serviceName.value, VERSION),
    async flush() {},
    async shutdown() {
      onShutdown();
    },
    stats: () => NO_STATS,
    describe: () =>
      describeSettings(settings, ['NOT IN FORCE: another OpenTelemetry SDK was registered first']),
  });
}
