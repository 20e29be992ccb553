export type { FaultAnswer, FaultRule } from './fault-rule.ts';
export { type ActiveFault, Faults } from './faults.ts';
export type { ReceivedRequest } from './http/server.ts';
export { type QdrantStandIn, type StandInOptions, startQdrantStandIn } from './start.ts';
