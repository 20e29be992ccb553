import type { StoredSpan } from '../store/stored-span.ts';
import type { StoredTrace } from '../store/trace-store.ts';
import { databaseCallOf, textOf } from '../traces/database-call.ts';
import { callOf } from './operations.ts';
import { type CallSummary, createWindowedCalls } from './windowed-calls.ts';

/** A service, or what a service calls that sends no spans of its own. */
export type MapNodeKind = 'service' | 'database' | 'messaging' | 'external';

export interface MapEdgeLabels {
  readonly from: string;
  readonly to: string;
  readonly toKind: MapNodeKind;
}

/** Who calls whom. */
export interface ServiceMap {
  /** Takes what is new in a trace since the last time. Parents and children must be there: call it when it is quiet. */
  add(trace: StoredTrace): void;
  /** The trace will not come again. */
  forget(trace: StoredTrace): void;
  edges(windowMillis: number): CallSummary<MapEdgeLabels>[];
  clear(): void;
}

const CLIENT = 2;
const PRODUCER = 3;

export function createServiceMap(now?: () => number): ServiceMap {
  const calls = createWindowedCalls<MapEdgeLabels>(now);
  /** Spans of a trace that have been looked at: they stand first in its order of arrival. */
  const counted = new Map<string, number>();
  const record = (labels: MapEdgeLabels, span: StoredSpan): void => calls.record(labels, callOf(span));
  return {
    add(trace) {
      const { spans, traceId } = trace;
      const seen = counted.get(traceId) ?? 0;
      counted.set(traceId, spans.size);
      if (trace.imported) return;
      /** Calls that another service answered within the trace. */
      const answered = new Set<string>();
      let index = 0;
      for (const span of spans.values()) {
        const parent = span.parentSpanId === undefined ? undefined : spans.get(span.parentSpanId);
        if (parent !== undefined && parent.resource.service !== span.resource.service) {
          answered.add(parent.spanId);
          if (index >= seen) {
            record({ from: parent.resource.service, to: span.resource.service, toKind: 'service' }, span);
          }
        }
        index++;
      }
      index = 0;
      for (const span of spans.values()) {
        if (index++ < seen || answered.has(span.spanId)) continue;
        const peer = peerOf(span);
        if (peer !== undefined) record({ from: span.resource.service, ...peer }, span);
      }
    },
    forget({ traceId }) {
      counted.delete(traceId);
    },
    edges: (windowMillis) => calls.summarize(windowMillis),
    clear() {
      calls.clear();
      counted.clear();
    },
  };
}

/** Whom a call reached that sent no span, by the names of the conventions. */
function peerOf(span: StoredSpan): { to: string; toKind: MapNodeKind } | undefined {
  if (span.kind !== CLIENT && span.kind !== PRODUCER) return undefined;
  const database = databaseCallOf(span);
  if (database !== undefined) return { to: database.system.value as string, toKind: 'database' };
  const messaging = textOf(span, 'messaging.system');
  if (messaging !== undefined) return { to: messaging, toKind: 'messaging' };
  const to =
    textOf(span, 'gen_ai.provider.name') ?? textOf(span, 'peer.service') ?? textOf(span, 'server.address');
  return to === undefined ? undefined : { to, toKind: 'external' };
}
