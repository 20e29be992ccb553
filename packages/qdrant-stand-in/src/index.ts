export { type ActiveFault, type FaultAnswer, type FaultRule, Faults } from './faults.ts';
export type { ReceivedRequest } from './http/server.ts';
export { type QdrantStandIn, type StandInOptions, startQdrantStandIn } from './start.ts';
