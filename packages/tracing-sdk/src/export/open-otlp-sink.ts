import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { OtlpConnection } from '../settings/otlp-connection.ts';
import type { BatchSink } from './batch-sink.ts';
import type { OtlpEncoding } from './otlp-encoding.ts';
import { createOtlpGrpcSink } from './otlp-grpc-sink.ts';
import { createOtlpHttpSink } from './otlp-http-sink.ts';

export interface OtlpSinkParts<Items> {
  readonly connection: OtlpConnection;
  readonly encodings: { readonly json: OtlpEncoding<Items>; readonly protobuf: OtlpEncoding<Items> };
  readonly maxConcurrentExports: number;
  /** Where `@grpc/grpc-js` is looked for. */
  readonly appDirectory: string;
}

/**
 * The sink of one signal, over the protocol that its connection names.
 *
 * @throws ConfigurationError for an unreadable certificate file, and for `grpc` without its package.
 */
export function openOtlpSink<Items>(parts: OtlpSinkParts<Items>): BatchSink<unknown, Items> {
  const { connection, encodings, maxConcurrentExports, appDirectory } = parts;
  const { certificate, clientKey, clientCertificate } = connection.tls.value;
  const common = {
    url: connection.endpoint?.value ?? '',
    headers: connection.headers.value,
    compression: connection.compression.value,
    timeoutMillis: connection.timeoutMillis.value,
    tls: {
      ...pem('ca', certificate),
      ...pem('key', clientKey),
      ...pem('cert', clientCertificate),
    },
  };
  if (connection.protocol.value === 'grpc') {
    return createOtlpGrpcSink({ ...common, encoding: encodings.protobuf, appDirectory }) as BatchSink<
      unknown,
      Items
    >;
  }
  return createOtlpHttpSink({
    ...common,
    encoding: connection.protocol.value === 'http/json' ? encodings.json : encodings.protobuf,
    maxConcurrentExports,
  }) as BatchSink<unknown, Items>;
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
