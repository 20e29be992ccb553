import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';
import type { Settings } from '../settings/settings.ts';
import type { BatchSink } from './batch-sink.ts';
import { createExporterSink } from './exporter-sink.ts';
import { openOtlpSink } from './open-otlp-sink.ts';
import { jsonEncoding, protobufEncoding } from './otlp-trace-encoding.ts';

/**
 * The sink that the settings ask for; undefined for exporter `none`.
 *
 * @throws ConfigurationError for an unreadable certificate file, and for `grpc` without its package.
 */
export function createSink(settings: Settings, appDirectory: string): BatchSink | undefined {
  const exporter = settings.exporter.value;
  const timeoutMillis = settings.timeoutMillis.value;
  if (exporter === 'none') return undefined;
  if (exporter === 'console') {
    return createExporterSink(new ConsoleSpanExporter(), 'the console', timeoutMillis) as BatchSink;
  }
  if (exporter !== 'otlp') {
    return createExporterSink(
      exporter,
      exporter.constructor?.name || 'the exporter',
      timeoutMillis,
    ) as BatchSink;
  }
  return openOtlpSink({
    connection: settings,
    encodings: { json: jsonEncoding, protobuf: protobufEncoding },
    maxConcurrentExports: settings.batch.value.maxConcurrentExports,
    appDirectory,
  });
}
