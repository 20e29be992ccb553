import { createRequire } from 'node:module';
import type * as GrpcModule from '@grpc/grpc-js';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { BatchSink, SendOutcome } from './batch-sink.ts';
import { deliverInChild } from './exit-courier.ts';
import type { OtlpEncoding } from './otlp-encoding.ts';

/**
 * OTLP/gRPC, "Failures": the codes a client should retry. RESOURCE_EXHAUSTED counts only with a RetryInfo, which
 * grpc-js does not decode; receivers send it for back-pressure, so it is retried as well.
 */
const RETRYABLE_CODES = new Set([1, 4, 8, 10, 11, 14, 15]);
const UNAVAILABLE = 14;

export interface OtlpGrpcSinkOptions<Items> {
  /** The protobuf one of the signal. */
  readonly encoding: OtlpEncoding<Items>;
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  /** Sent as metadata. */
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  /** One attempt, milliseconds. */
  readonly timeoutMillis: number;
  /** PEM texts. */
  readonly tls: { readonly ca?: string; readonly key?: string; readonly cert?: string };
  /** Where `@grpc/grpc-js` is looked for after our own folder: the app's. */
  readonly appDirectory: string;
}

/**
 * OTLP/gRPC through `@grpc/grpc-js`, which the app installs: it is as large as the rest of the SDK and few need it.
 *
 * @throws ConfigurationError with the install command when the package is not there.
 */
export function createOtlpGrpcSink<Items>(options: OtlpGrpcSinkOptions<Items>): BatchSink<Uint8Array, Items> {
  const { encoding } = options;
  const grpc = loadGrpc(options.appDirectory);
  const url = new URL(options.url);
  const { ca, key, cert } = options.tls;
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  const credentials =
    url.protocol === 'https:'
      ? grpc.credentials.createSsl(pem(ca), pem(key), pem(cert))
      : grpc.credentials.createInsecure();
  const untraced = suppressTracing(ROOT_CONTEXT);
  const client = new grpc.Client(
    url.host.includes(':') ? url.host : `${url.host}:${url.protocol === 'https:' ? 443 : 80}`,
    credentials,
    {
      'grpc.default_compression_algorithm': options.compression === 'gzip' ? 2 : 0,
    },
  );
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(options.headers)) metadata.set(name, value);
  const asIs = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const answerAsIs = (bytes: Buffer): Buffer => bytes;

  return {
    description: `${options.url} (grpc${options.compression === 'gzip' ? ', gzip' : ''})`,
    encode(items) {
      const payload = encoding.encode(items);
      return { payload, bytes: payload.byteLength };
    },
    send(payload) {
      return new Promise<SendOutcome>((resolve) => {
        context.with(untraced, () =>
          client.makeUnaryRequest(
            encoding.grpcMethod,
            asIs,
            answerAsIs,
            payload,
            metadata,
            { deadline: Date.now() + options.timeoutMillis },
            (error, answer) =>
              resolve(error === null ? deliveredOutcome(encoding, answer) : failedOutcome(error)),
          ),
        );
      });
    },
    sendAtExit(payloads, timeoutMillis) {
      return deliverInChild(
        {
          url: options.url,
          grpcMethod: encoding.grpcMethod,
          headers: options.headers,
          tls: options.tls,
          bodies: payloads.map((bytes) => ({ bytes, encoded: undefined })),
        },
        timeoutMillis,
      );
    },
    async shutdown() {
      client.close();
    },
  };
}

function deliveredOutcome(
  encoding: Pick<OtlpEncoding, 'decodePartialSuccess'>,
  answer: Buffer | undefined,
): SendOutcome {
  const partial = answer === undefined ? undefined : encoding.decodePartialSuccess(answer);
  if (partial === undefined) return { kind: 'delivered', rejected: 0 };
  return { kind: 'delivered', rejected: partial.rejected, message: partial.message };
}

function failedOutcome(error: GrpcModule.ServiceError): SendOutcome {
  const reason = `gRPC ${error.code} ${error.details === '' ? error.message : error.details}`;
  if (!RETRYABLE_CODES.has(error.code)) return { kind: 'refused', reason };
  return {
    kind: 'retry',
    reason,
    unreachable: error.code === UNAVAILABLE && /ECONNREFUSED|ENOTFOUND|resolution/i.test(reason),
  };
}

function loadGrpc(appDirectory: string): typeof GrpcModule {
  for (const from of [import.meta.url, `${appDirectory}/package.json`]) {
    try {
      return createRequire(from)('@grpc/grpc-js') as typeof GrpcModule;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new ConfigurationError([
    'protocol grpc needs the package @grpc/grpc-js, which is not installed. Run `npm install @grpc/grpc-js`, or use protocol http/protobuf (port 4318).',
  ]);
}
