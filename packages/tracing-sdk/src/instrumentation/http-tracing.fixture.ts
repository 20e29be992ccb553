/** What the tests of the HTTP instrumentations share: a real tracer, its finished spans, and raw connections. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import {
  type Context,
  context,
  DiagLogLevel,
  diag,
  propagation,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '../otel-contract.ts';
import { createPropagator } from '../settings/propagator.ts';
import { EnterableContextManager } from '../tracer/context-manager.ts';

export interface TestTracing {
  readonly tracer: Tracer;
  readonly enterContext: (context: Context) => void;
  /** Resolves once as many spans have ended in all; oldest end first. */
  ended(count: number): Promise<ReadableSpan[]>;
  /** Those that have ended so far. */
  readonly spans: () => ReadableSpan[];
  clear(): void;
  /** What OpenTelemetry has complained about: a span that ended twice, a failure of ours. */
  readonly complaints: unknown[];
}

export const REMOTE_TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const REMOTE_SPAN_ID = 'b7ad6b7169203331';
export const TRACEPARENT = `00-${REMOTE_TRACE_ID}-${REMOTE_SPAN_ID}-01`;
export const UNSAMPLED_TRACEPARENT = `00-${REMOTE_TRACE_ID}-${REMOTE_SPAN_ID}-00`;

/** Registers a tracer provider, context manager and W3C propagators with the API, once for each test file. */
export function startTestTracing(): TestTracing {
  const complaints: unknown[] = [];
  const complain = (...said: unknown[]): void => void complaints.push(said);
  diag.setLogger(
    { error: complain, warn: complain, info() {}, debug() {}, verbose() {} },
    { logLevel: DiagLogLevel.WARN },
  );
  const waiting: { count: number; resolve: (spans: ReadableSpan[]) => void }[] = [];
  const exporter = new InMemorySpanExporter();
  const spans = (): ReadableSpan[] => [...exporter.getFinishedSpans()] as ReadableSpan[];
  const settle = (): void => {
    for (const wait of waiting.splice(0)) {
      if (spans().length >= wait.count) wait.resolve(spans());
      else waiting.push(wait);
    }
  };
  const provider = new TracerProvider({
    spanProcessors: [
      new SimpleSpanProcessor({ exporter }),
      { onStart() {}, onEnd: () => setImmediate(settle), async forceFlush() {}, async shutdown() {} },
    ],
  });
  const contextManager = new EnterableContextManager();
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(contextManager.enable());
  propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage']));
  return {
    tracer: provider.getTracer('test'),
    enterContext: (entered) => contextManager.enter(entered),
    spans,
    ended: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        settle();
      }),
    clear: () => exporter.reset(),
    complaints,
  };
}

/** Header that a server called from `span` should get. */
export function traceparentOf(span: ReadableSpan | undefined): string {
  const { traceId, spanId, traceFlags } = span!.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags}`;
}

/** TLS by a pre-shared key: no certificate that could expire. */
const TLS = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const PSK = Buffer.alloc(32, 7);
export const TLS_SERVER = { ...TLS, pskIdentityHint: 'test', pskCallback: () => PSK };
export const TLS_CLIENT = {
  ...TLS,
  agent: false,
  checkServerIdentity: () => undefined,
  pskCallback: () => ({ psk: PSK, identity: 'test' }),
} as const;

export async function listen(server: Server, ...where: [path?: string]): Promise<number> {
  if (where[0] === undefined) server.listen(0, '127.0.0.1');
  else server.listen(where[0]);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** Sends text as it is and resolves with all that comes back until the other side closes. */
export async function talk(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk) => (answer += chunk));
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

/** A connection whose answers are read and thrown away. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  return socket;
}
