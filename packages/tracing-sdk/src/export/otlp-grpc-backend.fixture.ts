import * as grpc from '@grpc/grpc-js';

const servers: grpc.Server[] = [];
export function closeBackends(): void {
  for (const server of servers.splice(0)) server.forceShutdown();
}

export interface Got {
  readonly body: Buffer;
  readonly authorization: unknown;
}

/** A trace service that answers as told. */
export async function startGrpcBackend(
  answer: (callback: grpc.sendUnaryData<Buffer>) => void,
): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  const server = new grpc.Server();
  const asIs = (bytes: Buffer): Buffer => bytes;
  server.addService(
    {
      export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    },
    {
      export: (call: grpc.ServerUnaryCall<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) => {
        got.push({ body: call.request, authorization: call.metadata.get('authorization')[0] });
        answer(callback);
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  servers.push(server);
  return { url: `http://127.0.0.1:${port}`, got };
}
