export { BuildFailure, buildPrograms, builtProgram } from './build-programs.ts';
export { type End, NativeService } from './native-service.ts';
export {
  NativeStack,
  type NativeStackOptions,
  type StartedService,
  startNativeStack,
} from './native-stack.ts';
export { PrometheusService, type Sample } from './prometheus-service.ts';
export type { NetworkKind, ServiceName } from './service-network.ts';
export { type StoredSpan, TraceSink } from './trace-sink.ts';
