import type { MeterProvider } from '@opentelemetry/api';
import {
  AggregationTemporality,
  ConsoleMetricExporter,
  InstrumentType,
  type MetricReaderOptions,
  type ResourceMetrics,
  MeterProvider as SdkMeterProvider,
} from '@opentelemetry/sdk-metrics';
import type { Log } from '../diagnostics/log.ts';
import type { ExitWork } from '../exit/exit-handlers.ts';
import type { BatchSink } from '../export/batch-sink.ts';
import type { OtlpEncoding } from '../export/otlp-encoding.ts';
import type { Resource } from '../otel-contract.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { MetricsSettings } from '../settings/metrics-settings.ts';
import type { MetricTemporality, OtlpProtocol } from '../types.ts';
import { VERSION } from '../version.ts';
import { collectNow } from './collect-now.ts';
import { withExemplars } from './exemplar-meter-provider.ts';
import { createExportLog } from './export-log.ts';
import { createHttpDurations, type HttpDurations } from './http-durations.ts';
import { IntervalReader } from './interval-reader.ts';
import { maskMetrics } from './mask-metrics.ts';
import { createMetricExporter, type MetricExporter } from './metric-exporter.ts';
import { jsonMetrics, protobufMetrics } from './otlp-metrics-encoding.ts';
import { observeProcess } from './process-metrics.ts';
import { watchRuntime } from './runtime-metrics.ts';
import { observeSpanHealth, type SpanHealthSources } from './span-health.ts';

/** Opens the way to the backend. Handed in: the code that does it is part of the file that is loaded already. */
export type OpenSink = (encodings: {
  readonly json: OtlpEncoding<ResourceMetrics>;
  readonly protobuf: OtlpEncoding<ResourceMetrics>;
}) => BatchSink<unknown, ResourceMetrics>;

export interface MetricsParts {
  readonly settings: MetricsSettings;
  readonly resource: Resource;
  readonly redactor: Redactor;
  readonly log: Log;
  readonly openSink: OpenSink;
  readonly spans: SpanHealthSources;
  /** Of the traces, to name their exporter. */
  readonly tracesProtocol: OtlpProtocol;
}

export interface RunningMetrics extends ExitWork {
  /** Resolves when what was measured is delivered, or cannot be, at the latest after `timeoutMillis`. Never rejects. */
  flush(timeoutMillis: number, options?: { giveUpUnreachable: boolean }): Promise<boolean>;
  readonly meterProvider: MeterProvider;
  readonly http: HttpDurations;
  /** Flushes nothing. */
  close(): Promise<void>;
}

const EXPORTER_TYPES: Readonly<Record<OtlpProtocol, string>> = {
  'http/protobuf': 'otlp_http_span_exporter',
  'http/json': 'otlp_http_json_span_exporter',
  grpc: 'otlp_grpc_span_exporter',
};

/** Meters, what we measure ourselves, and the export at its interval. */
export function startMetrics(parts: MetricsParts): RunningMetrics {
  const { settings, redactor } = parts;
  const exporter = settings.exporter.value === 'console' ? consoleExporter() : otlpExporter(parts);
  const prepare = (collected: ResourceMetrics): ResourceMetrics => {
    provider.attachExemplars(collected);
    return maskMetrics(collected, redactor.attributes);
  };
  const reader = new IntervalReader(
    { aggregationTemporalitySelector: temporalityOf(settings.temporality.value) },
    settings.intervalMillis.value,
    (collected) => exporter.export(prepare(collected)),
  );
  // Read when metrics are collected: its attributes are made on first use.
  const sdk = new SdkMeterProvider({ resource: parts.resource as never, readers: [reader] });
  const provider = withExemplars(sdk, settings.exemplars.value);

  const meter = (name: string) => provider.getMeter(`@uat/tracing-sdk/${name}`, VERSION);
  const http = createHttpDurations(meter('http'));
  const stopWatching = watchRuntime(meter('runtime'));
  observeProcess(meter('process'));
  observeSpanHealth(meter('health'), parts.spans, EXPORTER_TYPES[parts.tracesProtocol]);

  const exportAll = async (): Promise<boolean> => {
    provider.settle();
    return reader.collectAndDeliver();
  };

  return {
    meterProvider: provider,
    http,
    get idle() {
      return !provider.touched;
    },
    async flush(timeoutMillis, options) {
      if (options?.giveUpUnreachable) exporter.hurry();
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<false>((resolve) => {
        timer = setTimeout(resolve, timeoutMillis, false);
      });
      try {
        return await Promise.race([exportAll(), timeout]);
      } finally {
        clearTimeout(timer);
      }
    },
    flushAtExit(timeoutMillis) {
      provider.settle();
      exporter.exportAtExit(prepare(collectNow(sdk)), timeoutMillis);
    },
    async close() {
      stopWatching();
      await reader.shutdown();
      await exporter.close();
    },
  };
}

function otlpExporter({ settings, log, openSink }: MetricsParts): MetricExporter {
  const sink = openSink({ json: jsonMetrics, protobuf: protobufMetrics });
  const kept =
    settings.temporality.value === 'cumulative'
      ? 'the totals are kept and go out with the next export'
      : 'what was measured meanwhile is lost unless it is back soon';
  return createMetricExporter({
    sink,
    log: createExportLog(log, sink.description, kept),
    exportTimeoutMillis: settings.exportTimeoutMillis.value,
  });
}

function consoleExporter(): MetricExporter {
  const exporter = new ConsoleMetricExporter();
  const print = (collected: ResourceMetrics): void => exporter.export(collected, () => {});
  return {
    async export(collected) {
      print(collected);
      return true;
    },
    hurry() {},
    exportAtExit: print,
    async close() {},
  };
}

/** metrics/sdk_exporters/otlp, "Temporality preference": what goes up and down is always a total. */
function temporalityOf(
  preference: MetricTemporality,
): NonNullable<MetricReaderOptions['aggregationTemporalitySelector']> {
  const { DELTA, CUMULATIVE } = AggregationTemporality;
  return (type) => {
    switch (type) {
      case InstrumentType.COUNTER:
      case InstrumentType.HISTOGRAM:
        return preference === 'cumulative' ? CUMULATIVE : DELTA;
      case InstrumentType.OBSERVABLE_COUNTER:
        return preference === 'delta' ? DELTA : CUMULATIVE;
      default:
        return CUMULATIVE;
    }
  };
}
