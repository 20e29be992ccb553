import { Problem } from './problem.ts';

export interface StoredSpan {
  readonly service: string;
  readonly failed: boolean;
  /** Milliseconds. */
  readonly duration: number;
  /** Values as text: a count is `42` from every store. */
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * Reads a store's answer to a trace's id. All hold OTLP's `resourceSpans`, each in a wrapper of its own: Jaeger in `result`
 * (https://www.jaegertracing.io/docs/2.20/architecture/apis/), Tempo in `trace`
 * (https://grafana.com/docs/tempo/latest/api_docs/#query-v2). Enumerations are numbers from one and names from the other.
 *
 * @returns an empty array for a trace that is not there.
 * @throws Problem when it is something else.
 */
export function readStoredTrace(store: string, answer: unknown): StoredSpan[] {
  const malformed = (what: string): Problem =>
    new Problem(`${store} answered with something that is no trace: ${what}`);
  const root = asObject(answer);
  if (root === undefined) throw malformed('no JSON object');
  const holder = asObject(root.result) ?? asObject(root.trace) ?? root;
  const list = holder.resourceSpans ?? holder.batches;
  // Tempo leaves an empty trace's spans out, and says that it looked.
  if (list === undefined && (root.trace !== undefined || root.metrics !== undefined)) return [];
  if (!Array.isArray(list)) throw malformed('no resourceSpans');
  const spans: StoredSpan[] = [];
  for (const resourceSpans of objects(list)) {
    const service =
      readAttributes(asObject(resourceSpans.resource)?.attributes).get('service.name') ?? 'unknown';
    for (const scopeSpans of objects(resourceSpans.scopeSpans)) {
      for (const span of objects(scopeSpans.spans)) {
        const duration = (Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano)) / 1e6;
        if (!Number.isFinite(duration)) throw malformed('a span without times');
        const code = asObject(span.status)?.code;
        spans.push({
          service,
          failed: code === 2 || code === 'STATUS_CODE_ERROR',
          duration,
          attributes: readAttributes(span.attributes),
        });
      }
    }
  }
  return spans;
}

function readAttributes(list: unknown): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const { key, value } of objects(list)) {
    const [content] = Object.values(asObject(value) ?? {});
    attributes.set(String(key), typeof content === 'object' ? JSON.stringify(content) : String(content));
  }
  return attributes;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** @returns the objects of a list; nothing of what is no list */
export function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(asObject).filter((item) => item !== undefined) : [];
}
