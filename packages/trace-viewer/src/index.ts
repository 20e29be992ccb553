export type { DatabaseLabels, OperationLabels } from './aggregates/operations.ts';
export type { CallSummary, SeriesPoint } from './aggregates/windowed-calls.ts';
export type { ReceivedAttributes, ReceivedSpan, ReceivedValue } from './receiver/otlp-parts.ts';
export { QueryError } from './search/query.ts';
export {
  startTraceViewer,
  type TraceViewer,
  type TraceViewerOptions,
  type ViewedTrace,
} from './start-trace-viewer.ts';
export type { ViewerStatus } from './wire/api.ts';
