/**
 * The sampler and the processor alone, for an app that keeps a tracer provider of its own: `sdk-trace-base` 2.x,
 * `sdk-trace` 3.x, `NodeSDK`.
 */
import { dirname, resolve } from 'node:path';
import { createLog } from './diagnostics/log.ts';
import { installExitHandlers } from './exit/exit-handlers.ts';
import { createDelivery } from './export/create-delivery.ts';
import type { Sampler, SpanProcessor } from './otel-contract.ts';
import { createRedactor } from './redaction/redactor.ts';
import { createSampler } from './sampling/create-sampler.ts';
import { settleSettings } from './settings/settle-settings.ts';
import type { TracingOptions, TracingStats } from './types.ts';

export type SamplerOptions = Pick<
  TracingOptions,
  'preset' | 'sampleRatio' | 'maxTracesPerSecond' | 'healthRoutes'
>;

export type SpanProcessorOptions = Pick<
  TracingOptions,
  | 'endpoint'
  | 'headers'
  | 'protocol'
  | 'compression'
  | 'timeoutMillis'
  | 'exporter'
  | 'batch'
  | 'redaction'
  | 'exitTimeoutMillis'
  | 'logLevel'
>;

/**
 * The root sampler of a preset, which writes `ot=th`. Options and variables are those of `initTracing`.
 *
 * @throws ConfigurationError as `initTracing` does.
 * @example
 * new NodeTracerProvider({ sampler: createTraceSampler({ preset: 'production' }) });
 */
export function createTraceSampler(options: SamplerOptions = {}): Sampler {
  const settings = settleSettings(undefined, options, process.env, appDirectory());
  return createSampler(settings.sampling.value, settings.healthRoutes.value);
}

/**
 * The batching processor with its exporter, masking and delivery at exit. Options and variables are those of
 * `initTracing`.
 *
 * @throws ConfigurationError as `initTracing` does.
 * @example
 * new NodeTracerProvider({ spanProcessors: [createTraceProcessor({ endpoint: 'http://localhost:4318' })] });
 */
export function createTraceProcessor(
  options: SpanProcessorOptions = {},
): SpanProcessor & { stats(): TracingStats | undefined } {
  const settings = settleSettings(undefined, options, process.env, appDirectory());
  const redactor = createRedactor(settings.redaction.value);
  const log = createLog(settings.logLevel.value, redactor.text);
  for (const warning of settings.warnings) log.warn(warning);
  const batches = createDelivery(settings, redactor, log, appDirectory());
  const removeExitHandlers =
    batches === undefined ? () => {} : installExitHandlers(batches, settings.exitTimeoutMillis.value);
  return {
    onStart() {},
    onEnd(span) {
      batches?.onEnd(span);
    },
    async forceFlush() {
      await batches?.forceFlush();
    },
    async shutdown() {
      removeExitHandlers();
      await batches?.shutdown();
    },
    stats: () => batches?.stats(),
  };
}

function appDirectory(): string {
  return dirname(resolve(process.argv[1] ?? '-'));
}
