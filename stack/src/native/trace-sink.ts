import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { NativeService, type ServiceSettings } from './native-service.ts';

/** An attribute of OTLP JSON. */
export interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A span as it arrived, in OTLP JSON, with its resource and scope. */
export interface StoredSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Missing where there is none. */
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2 server, 3 client. */
  readonly kind?: number;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly traceState?: string;
  readonly attributes?: readonly KeyValue[];
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly resource: { readonly attributes?: readonly KeyValue[] };
  readonly scope: { readonly name?: string; readonly attributes?: readonly KeyValue[] };
}

interface StoredBatch {
  resourceSpans?: {
    resource?: StoredSpan['resource'];
    scopeSpans?: { scope?: StoredSpan['scope']; spans?: Omit<StoredSpan, 'resource' | 'scope'>[] }[];
  }[];
}

const FILE = 'traces.jsonl';

/** What Jaeger and Tempo are replaced by: a collector that receives OTLP and writes what it gets to a file. */
export class TraceSink extends NativeService {
  readonly #file: string;
  readonly #spans: StoredSpan[] = [];
  #read = 0;

  constructor(settings: ServiceSettings, folder: string) {
    super(settings);
    this.#file = join(folder, FILE);
  }

  /** @returns every span that has arrived, in order of arrival; one that was delivered twice stands there twice */
  spans(): readonly StoredSpan[] {
    for (const line of this.#newLines()) {
      const batch: StoredBatch = JSON.parse(line);
      for (const { resource = {}, scopeSpans = [] } of batch.resourceSpans ?? []) {
        for (const { scope = {}, spans = [] } of scopeSpans) {
          for (const span of spans) this.#spans.push({ ...span, resource, scope });
        }
      }
    }
    return this.#spans;
  }

  /** @returns the spans by trace id */
  traces(): ReadonlyMap<string, readonly StoredSpan[]> {
    return Map.groupBy(this.spans(), ({ traceId }) => traceId);
  }

  /** @returns all that has arrived, as text */
  text(): string {
    return existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
  }

  /** Waits until what has arrived is as wanted; throws with what is there when it is not in time. */
  async waitFor(
    wanted: (spans: readonly StoredSpan[]) => boolean,
    what: string,
    withinMillis = 60_000,
  ): Promise<readonly StoredSpan[]> {
    const deadline = performance.now() + withinMillis;
    for (;;) {
      const spans = this.spans();
      if (wanted(spans)) return spans;
      if (performance.now() > deadline) {
        throw new Error(`${this.name} has ${spans.length} spans and not ${what} after ${withinMillis} ms`);
      }
      await delay(100);
    }
  }

  // The file grows to hundreds of megabytes: each byte is read once.
  *#newLines(): Generator<string> {
    const size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= this.#read) return;
    const handle = openSync(this.#file, 'r');
    try {
      let rest: Buffer = Buffer.alloc(0);
      const chunk = Buffer.alloc(4 * 1024 * 1024);
      for (let position = this.#read; position < size; ) {
        const count = readSync(handle, chunk, 0, Math.min(chunk.length, size - position), position);
        if (count === 0) break;
        position += count;
        const data = Buffer.concat([rest, chunk.subarray(0, count)]);
        let from = 0;
        for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, from)) {
          if (end > from) yield data.toString('utf8', from, end);
          this.#read += end + 1 - from;
          from = end + 1;
        }
        rest = Buffer.from(data.subarray(from));
      }
    } finally {
      closeSync(handle);
    }
  }
}

/** Writes the sink's configuration. */
export function writeSinkConfig(
  file: string,
  host: string,
  port: number,
  folder: string,
  keep: boolean,
): void {
  const exporter = keep ? `file` : 'debug';
  writeFileSync(
    file,
    stringify({
      extensions: { health_check: { endpoint: `${host}:13133` } },
      receivers: {
        otlp: { protocols: { grpc: { endpoint: `${host}:${port}`, max_recv_msg_size_mib: 64 } } },
      },
      exporters: {
        [exporter]: keep
          ? { path: `${folder}/${FILE}`, append: true, flush_interval: '100ms' }
          : { verbosity: 'basic' },
      },
      service: {
        extensions: ['health_check'],
        // The port that Jaeger itself prints its metrics on.
        telemetry: {
          metrics: {
            readers: [
              {
                pull: {
                  exporter: {
                    prometheus: { host, port: 8888, without_type_suffix: false, without_units: false },
                  },
                },
              },
            ],
          },
          logs: { level: 'warn' },
        },
        pipelines: { traces: { receivers: ['otlp'], exporters: [exporter] } },
      },
    }),
  );
}
