export { BuildFailure, buildPrograms, builtProgram } from './build-programs.ts';
export { composeService } from './compose-service.ts';
export { type End, NativeService } from './native-service.ts';
export {
  NativeStack,
  type NativeStackOptions,
  type StartedService,
  startNativeStack,
} from './native-stack.ts';
export { withAddresses } from './overlay.ts';
export { PrometheusService, type Sample } from './prometheus-service.ts';
export type { AppName, NetworkKind, ServiceName } from './service-network.ts';
export { type StoredSpan, TraceSink } from './trace-sink.ts';
