import type { OptionDeclaration } from '../cli/options.ts';
import { type ComposeFile, readComposeFile } from '../compose/compose-file.ts';
import { ComposeFileError } from '../compose/compose-file-error.ts';
import { reachable } from '../compose/published-port.ts';
import { type OtlpEndpoint, parseOtlpEndpoint } from './otlp-endpoint.ts';

interface AddressDeclaration extends OptionDeclaration {
  /** Whose port it is in the compose file, and which in the container. */
  readonly service: string;
  readonly target: number;
  readonly path?: string;
}

const url = (
  variable: string,
  service: string,
  target: number,
  text: string,
  path?: string,
): AddressDeclaration => ({
  value: '<url>',
  variable,
  service,
  target,
  default: `http://127.0.0.1:${target}${path ?? ''}`,
  text,
  ...(path === undefined ? {} : { path }),
});

/** Where each part is. Defaults follow `BIND_ADDRESS` and the `*_PORT` settings of stack/compose.yaml and stack/.env. */
export const ADDRESSES = {
  'collector-health': url(
    'STACK_COLLECTOR_HEALTH_URL',
    'otel-collector',
    13133,
    "the collector's health",
    '/health',
  ),
  'collector-metrics': url(
    'STACK_COLLECTOR_METRICS_URL',
    'otel-collector',
    8888,
    "the collector's own metrics",
    '/metrics',
  ),
  jaeger: url('STACK_JAEGER_URL', 'jaeger', 16686, "Jaeger's query API"),
  tempo: url('STACK_TEMPO_URL', 'tempo', 3200, "Tempo's query API"),
  prometheus: url('STACK_PROMETHEUS_URL', 'prometheus', 9090, 'Prometheus'),
  alertmanager: url('STACK_ALERTMANAGER_URL', 'alertmanager', 9093, 'Alertmanager'),
  grafana: url('STACK_GRAFANA_URL', 'grafana', 3000, 'Grafana'),
  qdrant: url('STACK_QDRANT_URL', 'qdrant', 6333, "Qdrant's REST API"),
} as const satisfies Readonly<Record<string, AddressDeclaration>>;

/** Base URLs without a slash at the end. */
export type Addresses = Readonly<Record<keyof typeof ADDRESSES, string>>;

export class AddressError extends Error {}

/** What the compose file and its `.env` say; without them, the defaults. */
export class StackSettings {
  readonly #compose: ComposeFile | undefined;

  constructor(compose: ComposeFile | undefined) {
    this.#compose = compose;
  }

  static fromComposeFile(): StackSettings {
    try {
      return new StackSettings(readComposeFile());
    } catch (error) {
      if (!(error instanceof ComposeFileError)) throw error;
      return new StackSettings(undefined);
    }
  }

  /** @returns the value of a service's environment variable, or undefined when it has none */
  setting(service: string, name: string): string | undefined {
    return this.#compose?.services.find((candidate) => candidate.name === service)?.environment[name];
  }

  /** @returns `host:port` */
  place(service: string, target: number): string {
    const ports = this.#compose?.services.find(({ name }) => name === service)?.ports;
    const published = ports?.find((port) => port.target === target);
    return published === undefined ? `127.0.0.1:${target}` : `${reachable(published.host)}:${published.port}`;
  }
}

/**
 * @param given what the options and variables say
 * @param endpoints a collector elsewhere has its health and metrics there too.
 * @throws AddressError naming the option, what was given and what is allowed.
 */
export function settleAddresses(
  given: Readonly<Partial<Record<keyof typeof ADDRESSES, string>>>,
  endpoints: readonly OtlpEndpoint[],
  published: StackSettings,
): Addresses {
  const elsewhere = endpoints[0] === undefined ? undefined : new URL(endpoints[0].url).hostname;
  const entries = Object.entries(ADDRESSES).map(([name, declaration]) => {
    const text = given[name as keyof typeof ADDRESSES];
    if (text !== undefined) return [name, checkedUrl(name, text, declaration)];
    const atEndpoint = elsewhere !== undefined && declaration.service === 'otel-collector';
    const place = atEndpoint
      ? `${elsewhere}:${declaration.target}`
      : published.place(declaration.service, declaration.target);
    return [name, `http://${place}${(declaration as AddressDeclaration).path ?? ''}`];
  });
  return Object.fromEntries(entries);
}

/** What is sent to when no endpoint is named: both receivers of the compose file. */
export function defaultEndpoints(published: StackSettings): OtlpEndpoint[] {
  return [
    parseOtlpEndpoint(`grpc://${published.place('otel-collector', 4317)}`),
    parseOtlpEndpoint(`http://${published.place('otel-collector', 4318)}`),
  ];
}

function checkedUrl(name: string, text: string, { variable, default: example }: AddressDeclaration): string {
  const wrong = `--${name} (${variable}) must be an http:// or https:// URL such as ${example}, without password and query`;
  if (!URL.canParse(text))
    throw new AddressError(`${wrong}, got '${text.replace(/[?#].*$/s, '?…').replace(/[^/]*@/, '…@')}'`);
  const parsed = new URL(text);
  if (!/^https?:$/.test(parsed.protocol)) throw new AddressError(`${wrong}, got '${parsed.protocol}//…'`);
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '')
    throw new AddressError(wrong);
  return parsed.href.replace(/\/+$/, '');
}
