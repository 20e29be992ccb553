import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';
import { createInstrumentedClients, type InstrumentedClients } from './instrumented-clients.ts';
import { type ClientPackage, findLoadedClients } from './loaded-clients.ts';
import { settle } from './settings.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import type { QdrantInstrumentationConfig } from './types.ts';
import { NAME, VERSION } from './version.ts';

const PACKAGES: readonly ClientPackage[] = ['@qdrant/js-client-rest', '@qdrant/js-client-grpc'];
const VERSIONS = ['>=1.9.0 <2'];
/** Of `InstrumentationConfig`. */
const BASE_OPTIONS = ['enabled'];

/**
 * Traces every call of the Qdrant clients: `@qdrant/js-client-rest` and `@qdrant/js-client-grpc`, 1.9 and later. Clients
 * that exist already are traced too.
 *
 * @throws TypeError on an option with a value that is not allowed.
 */
export class QdrantInstrumentation extends InstrumentationBase<QdrantInstrumentationConfig> {
  /** Tells `initTracing` that no hook is needed for a client that is imported already: `enable()` finds it. */
  readonly reachesLoadedModules = true;
  readonly #telemetry: Telemetry;
  readonly #clients: InstrumentedClients;

  constructor(config: QdrantInstrumentationConfig = {}) {
    const settings = settle(config, BASE_OPTIONS);
    // The base class would enable before the fields of this one exist.
    super(NAME, VERSION, { ...config, enabled: false });
    this.#telemetry = createTelemetry(settings);
    this.#clients = createInstrumentedClients(this.#telemetry);
    super.setConfig(config);
    if (config.enabled !== false) this.enable();
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    return PACKAGES.map(
      (name) => new InstrumentationNodeModuleDefinition(name, VERSIONS, (module) => this.#addModule(module)),
    );
  }

  override enable(): void {
    // Called by the base class's constructor in case it does not respect `enabled: false`.
    if (!(#clients in this)) return;
    this.#clients.enable();
    super.enable();
    for (const name of PACKAGES) {
      for (const { version, exports } of findLoadedClients(name)) {
        if (/^1\.(?:9|\d\d)\./.test(version)) this.#addModule(exports);
      }
    }
  }

  /** Puts every method back as it was. */
  override disable(): void {
    if (!(#clients in this)) return;
    super.disable();
    this.#clients.disable();
  }

  override setConfig(config: QdrantInstrumentationConfig = {}): void {
    const settings = settle(config, BASE_OPTIONS);
    super.setConfig(config);
    if (#telemetry in this) this.#telemetry.settings = settings;
  }

  override setTracerProvider(tracerProvider: TracerProvider): void {
    super.setTracerProvider(tracerProvider);
    this.#telemetry.tracer = tracerProvider.getTracer(NAME, VERSION);
  }

  override setMeterProvider(meterProvider: MeterProvider): void {
    super.setMeterProvider(meterProvider);
    this.#telemetry.measurements.use(meterProvider);
  }

  /** Called for the CommonJS build and for the ES module build, each with a class of its own. */
  #addModule(module: unknown): unknown {
    try {
      const prototype = (module as { QdrantClient?: { prototype?: unknown } } | undefined)?.QdrantClient
        ?.prototype;
      if (typeof prototype === 'object' && prototype !== null) this.#clients.add(prototype);
    } catch (error) {
      this._diag.warn('could not instrument a Qdrant client', error);
    }
    return module;
  }
}
