import type { OtlpProtocol, TracingOptions } from '../types.ts';
import { MAX_INT32 } from './bounds.ts';
import { settleEndpoint } from './endpoint.ts';
import type { Environment } from './environment.ts';
import { settleHeaders } from './headers.ts';
import type { OptionValues } from './option-values.ts';
import type { Problems } from './problems.ts';
import type { Setting } from './settings.ts';

const PROTOCOLS: readonly OtlpProtocol[] = ['http/protobuf', 'http/json', 'grpc'];
const COMPRESSIONS = ['gzip', 'none'] as const;

export interface TlsFiles {
  readonly certificate: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientCertificate: string | undefined;
}

/** How one signal reaches its backend. */
export interface OtlpConnection {
  /** Full URL of the signal, without credentials, e.g. `http://localhost:4318/v1/traces`; undefined where what was given is unusable. */
  readonly endpoint: Setting<string> | undefined;
  readonly headers: Setting<Readonly<Record<string, string>>>;
  readonly protocol: Setting<OtlpProtocol>;
  readonly compression: Setting<'gzip' | 'none'>;
  readonly timeoutMillis: Setting<number>;
  readonly tls: Setting<TlsFiles>;
}

export type Signal = 'traces' | 'metrics';

/** The options, else `OTEL_EXPORTER_OTLP_<SIGNAL>_*`, else `OTEL_EXPORTER_OTLP_*`, else the defaults. */
export function settleOtlpConnection(
  signal: Signal,
  options: TracingOptions,
  values: OptionValues,
  environment: Environment,
  problems: Problems,
): OtlpConnection {
  const variables = (suffix: string): [string, string] => [
    `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${suffix}`,
    `OTEL_EXPORTER_OTLP_${suffix}`,
  ];
  const protocol = values.oneOf('protocol', options.protocol, PROTOCOLS) ??
    environment.oneOf(PROTOCOLS, ...variables('PROTOCOL')) ?? {
      value: 'http/protobuf' as const,
      source: 'default',
    };
  const endpoint = settleEndpoint(signal, options.endpoint, protocol.value, environment, problems);
  return {
    endpoint: endpoint.url,
    headers: settleHeaders(signal, options.headers, endpoint.authorization, values, environment, problems),
    protocol,
    compression: values.oneOf('compression', options.compression, COMPRESSIONS) ??
      environment.oneOf(COMPRESSIONS, ...variables('COMPRESSION')) ?? { value: 'gzip', source: 'default' },
    timeoutMillis: values.number('timeoutMillis', options.timeoutMillis, 1, MAX_INT32) ??
      environment.millis(1, ...variables('TIMEOUT')) ?? { value: 10_000, source: 'default' },
    tls: settleTls(),
  };

  function settleTls(): Setting<TlsFiles> {
    const certificate = environment.text(...variables('CERTIFICATE'));
    const clientKey = environment.text(...variables('CLIENT_KEY'));
    const clientCertificate = environment.text(...variables('CLIENT_CERTIFICATE'));
    const sources = [certificate, clientKey, clientCertificate].flatMap((setting) => setting?.source ?? []);
    return {
      value: {
        certificate: certificate?.value,
        clientKey: clientKey?.value,
        clientCertificate: clientCertificate?.value,
      },
      source: sources.join(', ') || 'default',
    };
  }
}
