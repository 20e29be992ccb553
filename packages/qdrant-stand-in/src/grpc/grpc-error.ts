import { ServerError } from '../server-error.ts';

/** https://grpc.io/docs/guides/status-codes/ */
export const GRPC_STATUS = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** Answered with this status and message in the trailers. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const BY_HTTP: Readonly<Record<number, number>> = {
  400: GRPC_STATUS.invalidArgument,
  401: GRPC_STATUS.unauthenticated,
  403: GRPC_STATUS.permissionDenied,
  404: GRPC_STATUS.notFound,
  409: GRPC_STATUS.alreadyExists,
  413: GRPC_STATUS.resourceExhausted,
  422: GRPC_STATUS.invalidArgument,
  429: GRPC_STATUS.resourceExhausted,
  503: GRPC_STATUS.unavailable,
};

/** @returns the gRPC status that says what an HTTP status of the REST API says */
export function grpcStatus(httpStatus: number): number {
  return BY_HTTP[httpStatus] ?? GRPC_STATUS.internal;
}

export function grpcErrorOf(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  if (error instanceof ServerError) return new GrpcError(grpcStatus(error.status), error.message);
  return new GrpcError(GRPC_STATUS.internal, `Service internal error: ${String(error)}`);
}
