import type { ExemplarFilter, MetricsOptions, MetricTemporality, TracingOptions } from '../types.ts';
import { MAX_INT32 } from './bounds.ts';
import type { Environment } from './environment.ts';
import { isObject } from './option-names.ts';
import type { OptionValues } from './option-values.ts';
import { type OtlpConnection, settleOtlpConnection } from './otlp-connection.ts';
import { type Problems, quote } from './problems.ts';
import type { Setting } from './settings.ts';

const EXPORTERS = ['otlp', 'console', 'none'] as const;
const FILTERS: readonly ExemplarFilter[] = ['trace_based', 'always_on', 'always_off'];
const TEMPORALITIES: readonly MetricTemporality[] = ['cumulative', 'delta', 'lowmemory'];

export interface MetricsSettings {
  readonly exporter: Setting<'otlp' | 'console'>;
  readonly intervalMillis: Setting<number>;
  /** One export with its retries. */
  readonly exportTimeoutMillis: Setting<number>;
  readonly temporality: Setting<MetricTemporality>;
  readonly exemplars: Setting<ExemplarFilter>;
  readonly connection: OtlpConnection;
}

/**
 * Metrics are on with the option, or with `OTEL_METRICS_EXPORTER` where the option says nothing; the variable then also
 * names the exporter, so that an operator can still say `none`.
 *
 * @returns undefined as the value where they are off.
 */
export function settleMetrics(
  options: TracingOptions,
  values: OptionValues,
  environment: Environment,
  problems: Problems,
): Setting<MetricsSettings | undefined> {
  const given: unknown = options.metrics;
  if (given === false) return { value: undefined, source: 'option metrics' };
  if (given !== undefined && given !== true && !isObject(given)) {
    problems.wrong(
      `option metrics is ${quote(given)}; it must be true, false, or an object of options.`,
      'no metrics',
    );
    return { value: undefined, source: 'option metrics (unusable)' };
  }
  const inCode: MetricsOptions = isObject(given) ? given : {};
  const asked = environment.text('OTEL_METRICS_EXPORTER');
  const exporter =
    values.oneOf('metrics.exporter', inCode.exporter, EXPORTERS) ??
    environment.oneOf(EXPORTERS, 'OTEL_METRICS_EXPORTER');
  if (exporter?.value === 'none') return { value: undefined, source: exporter.source };
  if (exporter === undefined && (given === undefined || asked !== undefined)) {
    return { value: undefined, source: asked === undefined ? 'default' : `${asked.source} (unusable)` };
  }
  const connection = settleOtlpConnection('metrics', options, values, environment, problems);
  const destination = exporter?.value ?? 'otlp';
  if (destination === 'otlp' && connection.endpoint === undefined) {
    return { value: undefined, source: 'unusable endpoint' };
  }
  const intervalMillis = values.number('metrics.intervalMillis', inCode.intervalMillis, 100, MAX_INT32) ??
    environment.millis(100, 'OTEL_METRIC_EXPORT_INTERVAL') ?? { value: 60_000, source: 'default' };
  const exportTimeoutMillis = environment.millis(1, 'OTEL_METRIC_EXPORT_TIMEOUT') ?? {
    value: 30_000,
    source: 'default',
  };
  return {
    source: given === undefined ? 'OTEL_METRICS_EXPORTER' : 'option metrics',
    value: {
      exporter: { value: destination, source: exporter?.source ?? 'default' },
      intervalMillis,
      // The next export waits for the one before it.
      exportTimeoutMillis: {
        ...exportTimeoutMillis,
        value: Math.min(intervalMillis.value, exportTimeoutMillis.value),
      },
      temporality: values.oneOf('metrics.temporality', inCode.temporality, TEMPORALITIES) ??
        environment.oneOf(TEMPORALITIES, 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE') ?? {
          value: 'cumulative',
          source: 'default',
        },
      exemplars: values.oneOf('metrics.exemplars', inCode.exemplars, FILTERS) ??
        environment.oneOf(FILTERS, 'OTEL_METRICS_EXEMPLAR_FILTER') ?? {
          value: 'trace_based',
          source: 'default',
        },
      connection,
    },
  };
}
