import { readFileSync } from 'node:fs';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import type { BatchSink } from './batch-sink.ts';
import { createExporterSink } from './exporter-sink.ts';
import { jsonEncoding, protobufEncoding } from './otlp-encoding.ts';
import { createOtlpGrpcSink } from './otlp-grpc-sink.ts';
import { createOtlpHttpSink } from './otlp-http-sink.ts';

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
  const { certificate, clientKey, clientCertificate } = settings.tls.value;
  const tls = {
    ...pem('ca', certificate),
    ...pem('key', clientKey),
    ...pem('cert', clientCertificate),
  };
  const connection = {
    url: settings.endpoint.value,
    headers: settings.headers.value,
    compression: settings.compression.value,
    timeoutMillis,
    tls,
  };
  if (settings.protocol.value === 'grpc')
    return createOtlpGrpcSink({ ...connection, appDirectory }) as BatchSink;
  return createOtlpHttpSink({
    ...connection,
    encoding: settings.protocol.value === 'http/json' ? jsonEncoding : protobufEncoding,
    maxConcurrentExports: settings.batch.value.maxConcurrentExports,
  }) as BatchSink;
}

function pem<K extends string>(key: K, file: string | undefined): { [P in K]?: string } {
  if (file === undefined) return {};
  try {
    return { [key]: readFileSync(file, 'utf8') } as { [P in K]?: string };
  } catch (error) {
    throw new ConfigurationError([
      `the TLS file '${file}' cannot be read: ${(error as Error).message}. Check OTEL_EXPORTER_OTLP_CERTIFICATE, …_CLIENT_KEY and …_CLIENT_CERTIFICATE.`,
    ]);
  }
}
