/** The result of settling options, environment and preset: every setting with where it came from. */
import type { Attributes, TextMapPropagator } from '@opentelemetry/api';
import type { Instrumentation, Sampler, SpanExporter, SpanProcessor } from '../otel-contract.ts';
import type {
  BatchOptions,
  LogLevel,
  OtlpProtocol,
  PresetName,
  PropagatorName,
  RedactionOptions,
  SpanLimits,
} from '../types.ts';
import type { MetricsSettings } from './metrics-settings.ts';
import type { TlsFiles } from './otlp-connection.ts';

/** `source` is said to people: `option sampleRatio`, `OTEL_SERVICE_NAME`, `preset production`, `default`. */
export interface Setting<T> {
  readonly value: T;
  readonly source: string;
}

/** What starts new traces. `ratio` and `ratio-limited` write `ot=th`; see sampling/. */
export type SamplingPlan =
  | {
      readonly kind: 'threshold';
      /** 0 to 1. */
      readonly ratio: number;
      readonly maxTracesPerSecond: number | undefined;
      /** Follow a caller's decision (true for every preset; false for OTEL_TRACES_SAMPLER=always_on and the like). */
      readonly parentBased: boolean;
    }
  | { readonly kind: 'custom'; readonly sampler: Sampler };

export interface Settings {
  readonly serviceName: Setting<string>;
  /** OTEL_SDK_DISABLED, or preset `off`: record nothing (propagation goes on). */
  readonly disabled: Setting<boolean>;
  readonly preset: Setting<PresetName>;
  readonly sampling: Setting<SamplingPlan>;
  readonly healthRoutes: Setting<readonly string[]>;
  /** Full URL of the traces signal, without credentials, e.g. `http://localhost:4318/v1/traces`. */
  readonly endpoint: Setting<string>;
  readonly headers: Setting<Readonly<Record<string, string>>>;
  readonly protocol: Setting<OtlpProtocol>;
  readonly compression: Setting<'gzip' | 'none'>;
  readonly timeoutMillis: Setting<number>;
  readonly tls: Setting<TlsFiles>;
  readonly exporter: Setting<'otlp' | 'console' | 'none' | SpanExporter>;
  readonly spanProcessors: Setting<readonly SpanProcessor[]>;
  readonly instrumentations: Setting<readonly ('auto' | Instrumentation)[]>;
  readonly disabledInstrumentations: Setting<readonly string[]>;
  readonly propagators: Setting<readonly PropagatorName[] | TextMapPropagator>;
  /** From options and OTEL_RESOURCE_ATTRIBUTES; `service.name` included. */
  readonly resourceAttributes: Setting<Attributes>;
  readonly spanLimits: Setting<Required<SpanLimits>>;
  readonly batch: Setting<Required<BatchOptions>>;
  readonly exitTimeoutMillis: Setting<number>;
  readonly redaction: Setting<RedactionOptions | false>;
  readonly logLevel: Setting<LogLevel>;
  /** undefined where metrics are off. */
  readonly metrics: Setting<MetricsSettings | undefined>;
  /** Nothing throws: what is wrong becomes a warning. */
  readonly inProduction: boolean;
  /** What was wrong and what applies instead (production), or what an ignored variable would have done. */
  readonly warnings: readonly string[];
}
