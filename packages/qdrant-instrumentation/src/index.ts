export { instrumentQdrant } from './instrument-qdrant.ts';
export { QdrantInstrumentation } from './instrumentation.ts';
export type { QdrantClientOrClass, QdrantInstrumentationConfig, QdrantOptions } from './types.ts';
