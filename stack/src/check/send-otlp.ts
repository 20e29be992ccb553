import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { httpAnswer, refusal } from './http-answer.ts';
import type { OtlpEndpoint } from './otlp-endpoint.ts';
import type { ProbeTrace } from './probe-traces.ts';
import { Problem } from './problem.ts';

const TIMEOUT_MILLIS = 10_000;
const EXPORT_METHOD = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/**
 * Sends all in one request: gRPC in protobuf, HTTP in JSON, so that both of the receiver's decoders are asked.
 *
 * @throws Problem when it is not taken, or not all of it.
 */
export async function sendOtlp(
  endpoint: OtlpEndpoint,
  traces: readonly ProbeTrace[],
  signal: AbortSignal,
): Promise<void> {
  const spans = traces.flatMap((trace) => trace.spans);
  const serializer = endpoint.protocol === 'grpc' ? ProtobufTraceSerializer : JsonTraceSerializer;
  const body = new Uint8Array(serializer.serializeRequest(spans) ?? []);
  const answer =
    endpoint.protocol === 'grpc'
      ? await sendGrpc(endpoint, body, signal)
      : await sendHttp(endpoint, body, signal);
  const partial = answer.byteLength === 0 ? undefined : decode(endpoint, serializer, answer);
  const rejected = Number(partial?.rejectedSpans ?? 0);
  if (rejected > 0) {
    throw new Problem(
      `${endpoint.place} rejected ${rejected} of ${spans.length} spans: ${partial?.errorMessage ?? ''}`,
    );
  }
}

function decode(
  endpoint: OtlpEndpoint,
  serializer: typeof ProtobufTraceSerializer,
  answer: Uint8Array,
): ReturnType<typeof serializer.deserializeResponse>['partialSuccess'] {
  try {
    // The stock one takes any text for a success.
    if (endpoint.protocol === 'http') JSON.parse(Buffer.from(answer).toString());
    return serializer.deserializeResponse(answer).partialSuccess;
  } catch {
    throw new Problem(`what listens at ${endpoint.place} does not answer as an OTLP receiver does`);
  }
}

async function sendHttp(
  endpoint: OtlpEndpoint,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const url = `${endpoint.url}/v1/traces`;
  const headers = { 'content-type': 'application/json' };
  const answer = await httpAnswer(url, {
    method: 'POST',
    headers,
    body,
    signal,
    timeoutMillis: TIMEOUT_MILLIS,
  });
  if (answer.status !== 200) throw refusal(url, answer);
  return Buffer.from(answer.text);
}

/** grpc-js itself waits and tries again for long: the deadline ends that. */
function sendGrpc(endpoint: OtlpEndpoint, body: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const { protocol, host } = new URL(endpoint.url);
  const secure = protocol === 'https:';
  // URL drops a scheme's own port, which grpc-js would replace by 443.
  const target = /:\d+$/.test(host) ? host : `${host}:${secure ? 443 : 80}`;
  const client = new Client(target, secure ? credentials.createSsl() : credentials.createInsecure());
  return new Promise<Uint8Array>((resolve, reject) => {
    const call = client.makeUnaryRequest(
      EXPORT_METHOD,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer) => bytes,
      body,
      { deadline: Date.now() + TIMEOUT_MILLIS },
      (error: ServiceError | null, answer?: Buffer) => {
        if (error === null) resolve(answer ?? new Uint8Array());
        else reject(signal.aborted ? signal.reason : grpcProblem(endpoint, error));
      },
    );
    signal.addEventListener('abort', () => call.cancel(), { once: true });
    if (signal.aborted) call.cancel();
  }).finally(() => client.close());
}

/** https://grpc.io/docs/guides/status-codes/ */
function grpcProblem(endpoint: OtlpEndpoint, error: ServiceError): Problem {
  const details = (error.details === '' ? error.message : error.details).slice(0, 200);
  if (/ECONNREFUSED/.test(details))
    return new Problem(`nothing listens at ${endpoint.place} (connection refused)`);
  if (/ENOTFOUND|EAI_AGAIN|Name resolution failed/i.test(details)) {
    const { hostname } = new URL(endpoint.url);
    return new Problem(
      `the name ${hostname} does not resolve; outside of the compose network use 127.0.0.1 instead`,
    );
  }
  if (error.code === 4)
    return new Problem(`${endpoint.place} did not answer within ${TIMEOUT_MILLIS / 1000} s`);
  if (/protocol error|Expected HTTP\/2|ECONNRESET|Connection dropped|Parse Error/i.test(details))
    return new Problem(`what listens at ${endpoint.place} does not speak gRPC: ${details}`);
  return new Problem(`${endpoint.place} answered gRPC status ${error.code}: ${details}`);
}
