export type { ReceivedAttributes, ReceivedSpan, ReceivedValue } from './receiver/otlp-parts.ts';
export { QueryError } from './search/query.ts';
export {
  startTraceViewer,
  type TraceViewer,
  type TraceViewerOptions,
  type ViewedTrace,
} from './start-trace-viewer.ts';
export { renderWaterfall, type WaterfallOptions } from './terminal/waterfall.ts';
