/**
 * The SDK-side interfaces our public API mentions, written out structurally.
 *
 * Why not import them: `@opentelemetry/sdk-trace` is bundled, so its types must not appear in ours; and a
 * processor, exporter or sampler typed against `sdk-trace-base` 2.x or `sdk-trace` 3.x has to fit alike.
 */
import type {
  Attributes,
  Context,
  HrTime,
  Link,
  SpanAttributes,
  SpanContext,
  SpanKind,
  SpanStatus,
  TraceState,
} from '@opentelemetry/api';

/** What a finished span looks like to a processor or an exporter. */
export interface ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: () => SpanContext;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: SpanStatus;
  readonly attributes: SpanAttributes;
  readonly links: Link[];
  readonly events: TimedEvent[];
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

export interface TimedEvent {
  readonly time: HrTime;
  readonly name: string;
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
}

export interface Resource {
  readonly attributes: Attributes;
  readonly asyncAttributesPending?: boolean;
  waitForAsyncAttributes?(): Promise<void>;
}

export interface InstrumentationScope {
  readonly name: string;
  readonly version?: string;
  readonly schemaUrl?: string;
}

/** `unknown` where the SDK's own span type would stand: a processor of any SDK version fits. */
export interface SpanProcessor {
  // biome-ignore lint/suspicious/noExplicitAny: parameter types differ between SDK versions
  onStart(span: any, parentContext: Context): void;
  // biome-ignore lint/suspicious/noExplicitAny: parameter types differ between SDK versions
  onEnding?(span: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: parameter types differ between SDK versions
  onEnd(span: any): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface SpanExporter {
  // biome-ignore lint/suspicious/noExplicitAny: parameter types differ between SDK versions
  export(spans: any[], resultCallback: (result: { code: number; error?: Error }) => void): void;
  shutdown(): Promise<void>;
  forceFlush?(): Promise<void>;
}

/** Same numbers as the API's `SamplingDecision`; api 1.9 and 1.10 agree on them. */
export const SamplingDecision = { NOT_RECORD: 0, RECORD: 1, RECORD_AND_SAMPLED: 2 } as const;

export interface SamplingResult {
  readonly decision: number;
  readonly attributes?: Readonly<Attributes>;
  readonly traceState?: TraceState;
}

export interface Sampler {
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult;
  toString(): string;
}

/** The part of `@opentelemetry/instrumentation`'s interface that switching one on needs. */
export interface Instrumentation {
  readonly instrumentationName: string;
  readonly instrumentationVersion?: string;
  /** No part of OpenTelemetry's: `enable()` finds what the app has imported already, and needs no hook for it. */
  readonly reachesLoadedModules?: boolean;
  enable(): void;
  disable(): void;
  // biome-ignore lint/suspicious/noExplicitAny: the provider type differs between API versions
  setTracerProvider(tracerProvider: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: the provider type differs between API versions
  setMeterProvider?(meterProvider: any): void;
}
