import type { OtlpProtocol } from '../types.ts';
import type { Environment } from './environment.ts';
import type { Signal } from './otlp-connection.ts';
import { type Problems, quote } from './problems.ts';
import type { Setting } from './settings.ts';

export interface Endpoint {
  /** Full URL of the signal, without credentials; undefined when what was given is unusable. */
  readonly url: Setting<string> | undefined;
  /** `Authorization` out of `user:password@` in the URL. */
  readonly authorization: string | undefined;
}

/**
 * Where a signal goes. The option and `OTEL_EXPORTER_OTLP_ENDPOINT` are bases, to which `/v1/traces` or `/v1/metrics` is
 * added for HTTP; `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` (`_METRICS_`) is used as it is (OTLP exporter specification, "Endpoint URLs for OTLP/HTTP").
 * gRPC takes `host:port` without a scheme as well, as the specification asks.
 */
export function settleEndpoint(
  signal: Signal,
  option: unknown,
  protocol: OtlpProtocol,
  environment: Environment,
  problems: Problems,
): Endpoint {
  const grpc = protocol === 'grpc';
  const variable = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}`;
  const signalPath = `/v1/${signal}`;
  const specific = environment.text(`${variable}_ENDPOINT`);
  const given: Setting<unknown> | undefined =
    option === undefined
      ? (specific ?? environment.text('OTEL_EXPORTER_OTLP_ENDPOINT'))
      : { value: option, source: 'option endpoint' };
  if (given === undefined) {
    return {
      url: {
        value: grpc ? 'http://localhost:4317' : `http://localhost:4318${signalPath}`,
        source: 'default',
      },
      authorization: undefined,
    };
  }
  const url = parseUrl(given.value, grpc, variable, environment);
  if (url === undefined) {
    problems.wrong(
      `${given.source} is ${quote(withoutCredentials(given.value))}, which is no URL such as ${grpc ? 'http://localhost:4317' : 'http://localhost:4318'} (http or https, a host, no query).`,
      `no export: ${signal} are not sent to a place that was not meant`,
    );
    return { url: undefined, authorization: undefined };
  }
  const authorization =
    url.username === '' && url.password === ''
      ? undefined
      : `Basic ${Buffer.from(`${decode(url.username)}:${decode(url.password)}`).toString('base64')}`;
  url.username = '';
  url.password = '';
  const base = url.href.replace(/\/+$/, '');
  let value = base;
  // "As it is" includes the root path: `http://host:4318` posts to `/`.
  if (given === specific && !grpc) value = url.href;
  // A base that names a signal already stands for its parent.
  else if (!grpc) value = base.replace(/\/v1\/(?:traces|metrics)$/, '') + signalPath;
  return { url: { value, source: given.source }, authorization };
}

function parseUrl(
  given: unknown,
  grpc: boolean,
  variable: string,
  environment: Environment,
): URL | undefined {
  if (typeof given !== 'string' || given.trim() === '') return undefined;
  let text = given.trim();
  if (grpc && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    // The brief's and the specification's host:port. Without a word about it, gRPC exporters are secure.
    const insecure =
      environment.isTrue(`${variable}_INSECURE`) || environment.isTrue('OTEL_EXPORTER_OTLP_INSECURE');
    text = `${insecure ? 'http' : 'https'}://${text}`;
  }
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const valid = /^https?:$/.test(url.protocol) && url.hostname !== '' && url.hash === '' && url.search === '';
  return valid ? url : undefined;
}

function withoutCredentials(given: unknown): unknown {
  return typeof given === 'string'
    ? given.replace(/\/\/[^/@]*@/, '//REDACTED@').replace(/[?#].*$/s, '?…')
    : given;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
