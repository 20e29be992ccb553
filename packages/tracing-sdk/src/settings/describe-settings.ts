import { explainSampling } from '../sampling/explain-sampling.ts';
import type { BatchOptions, SpanLimits } from '../types.ts';
import type { Settings } from './settings.ts';

/** One line a setting: what it is, its value in words, where it comes from. */
type Row = readonly [name: string, value: string, source: string];

/**
 * Every setting in force with its source, as an aligned table.
 *
 * @param notes further lines, such as the instrumentation that was found.
 */
export function describeSettings(settings: Settings, notes: readonly string[]): string {
  const rows: Row[] = [
    ['service', settings.serviceName.value, settings.serviceName.source],
    ['preset', settings.preset.value, settings.preset.source],
    ['recording', settings.disabled.value ? 'off; context still travels' : 'on', settings.disabled.source],
    ['sampling', explainSampling(settings.sampling.value), settings.sampling.source],
    ['health routes', settings.healthRoutes.value.join(' ') || 'none', settings.healthRoutes.source],
    ['exporter', exporterWords(settings), settings.exporter.source],
    ...(settings.exporter.value === 'otlp' ? connectionRows(settings) : []),
    ['batches', batchWords(settings.batch.value), settings.batch.source],
    ['queue', queueWords(settings.batch.value), settings.batch.source],
    ['span limits', limitWords(settings.spanLimits.value), settings.spanLimits.source],
    ['at exit', `deliver within ${settings.exitTimeoutMillis.value} ms`, settings.exitTimeoutMillis.source],
    ['secrets', settings.redaction.value === false ? 'NOT masked' : 'masked', settings.redaction.source],
    ['propagation', propagatorWords(settings), settings.propagators.source],
    ['resource', resourceWords(settings), settings.resourceAttributes.source],
    ['log level', settings.logLevel.value, settings.logLevel.source],
    ...metricsRows(settings),
  ];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.min(66, Math.max(...rows.map(([, value]) => value.length)));
  const lines = rows.map(
    ([name, value, source]) => `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${source}`,
  );
  return [...lines, ...notes, ...settings.warnings.map((warning) => `warning: ${warning}`)].join('\n');
}

/** The one line at start; operators search their logs for `tracing initialized`. */
export function startLine(settings: Settings): string {
  const { serviceName, preset, disabled, sampling, exporter, endpoint, metrics } = settings;
  if (disabled.value) return `tracing disabled: service=${serviceName.value} (${disabled.source})`;
  const plan = sampling.value;
  const ratio = plan.kind === 'custom' ? 'custom' : String(plan.ratio);
  const limit =
    plan.kind === 'threshold' && plan.maxTracesPerSecond !== undefined
      ? ` limit=${plan.maxTracesPerSecond}/s`
      : '';
  const destination =
    exporter.value === 'otlp'
      ? `endpoint=${endpoint.value}`
      : `exporter=${typeof exporter.value === 'string' ? exporter.value : 'custom'}`;
  const measured =
    metrics.value === undefined
      ? ''
      : ` metrics=${metrics.value.exporter.value === 'otlp' ? metrics.value.connection.endpoint?.value : metrics.value.exporter.value}`;
  return `tracing initialized: service=${serviceName.value} preset=${preset.value} ratio=${ratio}${limit} ${destination}${measured}`;
}

function exporterWords({ exporter, protocol, compression }: Settings): string {
  if (exporter.value === 'otlp') return `otlp (${protocol.value}, compression ${compression.value})`;
  return typeof exporter.value === 'string' ? exporter.value : (exporter.value.constructor?.name ?? 'custom');
}

function connectionRows({ endpoint, headers, timeoutMillis, tls, protocol, compression }: Settings): Row[] {
  const names = Object.keys(headers.value);
  const rows: Row[] = [
    ['endpoint', endpoint.value, endpoint.source],
    ['protocol', protocol.value, protocol.source],
    ['compression', compression.value, compression.source],
    ['headers', names.length === 0 ? 'none' : `${names.join(', ')} (values not shown)`, headers.source],
    ['time-out', `${timeoutMillis.value} ms an attempt`, timeoutMillis.source],
  ];
  const files = Object.values(tls.value).filter((file) => file !== undefined);
  return files.length === 0 ? rows : [...rows, ['tls files', files.join(', '), tls.source]];
}

function metricsRows({ metrics, disabled }: Settings): Row[] {
  const { value, source } = metrics;
  if (value === undefined || disabled.value)
    return [['metrics', 'off', value === undefined ? source : disabled.source]];
  const { exporter, connection, intervalMillis, temporality, exemplars } = value;
  const where =
    exporter.value === 'otlp'
      ? `${connection.endpoint?.value} (${connection.protocol.value})`
      : exporter.value;
  return [
    ['metrics', where, source],
    [
      'metrics export',
      `every ${intervalMillis.value} ms, ${temporality.value}, exemplars ${exemplars.value}`,
      intervalMillis.source,
    ],
  ];
}

function batchWords(batch: Required<BatchOptions>): string {
  return `${batch.maxExportBatchSize} spans or ${batch.scheduledDelayMillis} ms, ${batch.maxConcurrentExports} in flight`;
}

function queueWords(batch: Required<BatchOptions>): string {
  const mebibytes = Math.round((batch.maxQueueBytes / 1024 / 1024) * 10) / 10;
  return `up to ${batch.maxQueueSize} spans or ${mebibytes} MiB; what comes on top is dropped`;
}

function limitWords(limits: Required<SpanLimits>): string {
  const length =
    limits.attributeValueLengthLimit === Number.POSITIVE_INFINITY
      ? 'texts unlimited'
      : `texts ${limits.attributeValueLengthLimit} characters`;
  return `${limits.attributeCountLimit} attributes, ${limits.eventCountLimit} events, ${limits.linkCountLimit} links, ${length}`;
}

function propagatorWords({ propagators }: Settings): string {
  return Array.isArray(propagators.value) ? propagators.value.join(', ') : 'custom';
}

/** Names only: a resource attribute may hold a secret that nobody meant to print. */
function resourceWords({ resourceAttributes }: Settings): string {
  return Object.keys(resourceAttributes.value).join(', ');
}
