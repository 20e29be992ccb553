import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { EXAMPLE_PROGRAMS, toolchainProblem } from '../../scripts/example-builds.mjs';
import {
  type AppName,
  composeService,
  type NativeService,
  type NativeStack,
  type NativeStackOptions,
  type StoredSpan,
  startNativeStack,
  withAddresses,
} from '../src/native/index.ts';

const APPS_FILE = fileURLToPath(new URL('../compose.apps.yaml', import.meta.url));
const SERVICE = fileURLToPath(new URL('../../examples/typescript-service/src/service.ts', import.meta.url));

const COMMANDS: Readonly<Record<ExampleName, readonly string[]>> = {
  'typescript-service': [process.execPath, SERVICE],
  'llm-router': [EXAMPLE_PROGRAMS.router],
  'websocket-service': [EXAMPLE_PROGRAMS.websocketService],
};
export const PORTS: Readonly<Record<ExampleName, number>> = {
  'typescript-service': 8000,
  'llm-router': 8001,
  'websocket-service': 8080,
};
export type ExampleName = Exclude<AppName, 'app'>;

/** Why the tests of the examples are skipped; false when they run. */
export const examplesMissing: string | false =
  toolchainProblem() ??
  ([EXAMPLE_PROGRAMS.router, EXAMPLE_PROGRAMS.websocketService].every((program) => existsSync(program))
    ? false
    : 'the examples in Rust and Go are not built: npm run test:stack does it');
if (examplesMissing) console.warn(`Skipped, the examples in Rust and Go: ${examplesMissing}`);

/** The native stack and the three services, with the variables of compose.apps.yaml. */
export interface PolyglotStack {
  readonly stack: NativeStack;
  readonly services: Readonly<Record<ExampleName, NativeService>>;
  /** Where the test reaches a service. */
  url(name: ExampleName, path?: string): string;
  /** Starts one again that was stopped. */
  start(name: ExampleName): Promise<void>;
  /** Starts one more of a kind, where the test's own programs are. */
  startAnother(name: ExampleName, environment: Readonly<Record<string, string>>): Promise<NativeService>;
  /** What Qdrant has received since its start, of both protocols. */
  qdrantRequests(): Promise<QdrantRequest[]>;
  stop(): Promise<void>;
}

export interface QdrantRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export async function startPolyglotStack(
  options: NativeStackOptions & {
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<PolyglotStack> {
  const stack = await startNativeStack({
    services: ['jaeger', 'tempo', 'qdrant', 'otel-collector'],
    ...options,
    settings: { DECISION_WAIT: '3s', DECISION_WAIT_AFTER_ROOT: '2s', ...options.settings },
  });
  const folder = mkdtempSync(join(tmpdir(), 'polyglot-'));
  const keyFile = join(folder, 'qdrant_api_key');
  writeFileSync(keyFile, stack.secrets.qdrantApiKey, { mode: 0o600 });
  const services: Partial<Record<ExampleName, NativeService>> = {};
  const stop = async (): Promise<void> => {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const launch = (
    name: ExampleName,
    at: AppName,
    more: Readonly<Record<string, string>> = {},
  ): Promise<NativeService> => {
    const { environment, healthUrl } = composeService(name, { TYPESCRIPT_SERVICE_TRAFFIC: '0' }, APPS_FILE);
    const address = stack.network.address(at);
    const here = Object.entries(environment).map(([variable, value]) => [
      variable,
      stack.network.kind === 'namespaces' ? value : withAddresses(value, address, stack.network, new Map()),
    ]);
    return stack.startApp(COMMANDS[name], {
      at,
      environment: { ...Object.fromEntries(here), HOST: address, QDRANT_API_KEY_FILE: keyFile, ...more },
      healthUrl,
    });
  };
  try {
    for (const name of ['llm-router', 'websocket-service', 'typescript-service'] as const)
      services[name] = await launch(name, name, options.environment);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stack,
    services: services as Record<ExampleName, NativeService>,
    url: (name, path = '') => `http://${stack.network.address(name)}:${PORTS[name]}${path}`,
    start: (name) => (services[name] as NativeService).start(),
    startAnother: (name, environment) => launch(name, 'app', environment),
    async qdrantRequests() {
      const response = await fetch(`${stack.qdrant.url(6333)}/stand-in/requests`, {
        headers: { 'api-key': stack.secrets.qdrantApiKey },
      });
      return ((await response.json()) as { requests: QdrantRequest[] }).requests;
    },
    stop,
  };
}

/** @returns an id of 32 hexadecimal digits, and the header of a caller that has sampled it */
export function newTrace(): { traceId: string; spanId: string; traceparent: string } {
  const hex = (bytes: number): string =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex');
  const [traceId, spanId] = [hex(16), hex(8)];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

export async function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(40_000),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export const serviceOf = ({ resource }: StoredSpan): string | undefined => textOf(resource, 'service.name');

export function textOf({ attributes = [] }: Pick<StoredSpan, 'attributes'>, key: string): string | undefined {
  const value = attributes.find((attribute) => attribute.key === key)?.value;
  return value === undefined ? undefined : String(Object.values(value)[0]);
}

export const QUESTION = { question: 'how are secrets masked' };

export const isQdrant = (span: StoredSpan): boolean => textOf(span, 'db.system.name') === 'qdrant';

/** The one span that is so; it fails the test where there is none, or another. */
export function onlySpan(
  spans: readonly StoredSpan[],
  is: (span: StoredSpan) => boolean,
  what = 'one span',
): StoredSpan {
  const found = spans.filter(is);
  const names = spans.map((span) => `${serviceOf(span)} ${span.name}`).join(', ');
  expect(found.length, `${what} among ${names}`).toBe(1);
  return found[0] as StoredSpan;
}

export const SERVER = 2;
export const CLIENT = 3;
export const ERROR = 2;
/** Of a span's status in OTLP: 0 unset, 1 ok, 2 error. */
export const statusOf = ({ status }: StoredSpan): number => status?.code ?? 0;
