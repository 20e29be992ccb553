import type { OtlpProtocol } from '../types.ts';
import type { Environment } from './environment.ts';
import { type Problems, quote } from './problems.ts';
import type { Setting } from './settings.ts';

const TRACES_PATH = '/v1/traces';

export interface Endpoint {
  /** Full URL of the traces signal, without credentials; undefined when what was given is unusable. */
  readonly url: Setting<string> | undefined;
  /** `Authorization` out of `user:password@` in the URL. */
  readonly authorization: string | undefined;
}

/**
 * Where traces go. The option and `OTEL_EXPORTER_OTLP_ENDPOINT` are bases, to which `/v1/traces` is added for HTTP;
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is used as it is (OTLP exporter specification, "Endpoint URLs for OTLP/HTTP").
 * gRPC takes `host:port` without a scheme as well, as the specification asks.
 */
export function settleEndpoint(
  option: unknown,
  protocol: OtlpProtocol,
  environment: Environment,
  problems: Problems,
): Endpoint {
  const grpc = protocol === 'grpc';
  const specific = environment.text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const given: Setting<unknown> | undefined =
    option === undefined
      ? (specific ?? environment.text('OTEL_EXPORTER_OTLP_ENDPOINT'))
      : { value: option, source: 'option endpoint' };
  if (given === undefined) {
    return {
      url: {
        value: grpc ? 'http://localhost:4317' : `http://localhost:4318${TRACES_PATH}`,
        source: 'default',
      },
      authorization: undefined,
    };
  }
  const url = parseUrl(given.value, grpc, environment);
  if (url === undefined) {
    problems.wrong(
      `${given.source} is ${quote(withoutCredentials(given.value))}, which is no URL such as ${grpc ? 'http://localhost:4317' : 'http://localhost:4318'} (http or https, a host, no query).`,
      'no export: spans are not sent to a place that was not meant',
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
  const asIs = grpc || given === specific || url.pathname.replace(/\/+$/, '').endsWith(TRACES_PATH);
  const path = asIs ? '' : TRACES_PATH;
  // "As it is" includes the root path: `http://host:4318` posts to `/`.
  const value = given === specific && !grpc ? url.href : base + path;
  return { url: { value, source: given.source }, authorization };
}

function parseUrl(given: unknown, grpc: boolean, environment: Environment): URL | undefined {
  if (typeof given !== 'string' || given.trim() === '') return undefined;
  let text = given.trim();
  if (grpc && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    // The brief's and the specification's host:port. Without a word about it, gRPC exporters are secure.
    const insecure =
      environment.isTrue('OTEL_EXPORTER_OTLP_TRACES_INSECURE') ||
      environment.isTrue('OTEL_EXPORTER_OTLP_INSECURE');
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
