import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Document } from 'yaml';
import { builtProgram } from './build-programs.ts';
import { type ComposeService, composeService } from './compose-service.ts';
import {
  type End,
  NativeService,
  quote,
  type RunOptions,
  runWithin,
  type ServiceSettings,
} from './native-service.ts';
import { overlayAddresses, overlayCollector, overlayPrometheus, withAddresses } from './overlay.ts';
import type { ProgramName } from './programs.ts';
import { PrometheusService } from './prometheus-service.ts';
import {
  APP_NAMES,
  type AppName,
  createServiceNetwork,
  SERVICE_NAMES,
  type ServiceName,
  type ServiceNetwork,
} from './service-network.ts';
import { giveTo, rootScript } from './service-root.ts';
import { TraceSink, writeSinkConfig } from './trace-sink.ts';

export const STARTED_SERVICES = [
  'jaeger',
  'tempo',
  'qdrant',
  'alertmanager',
  'prometheus',
  'otel-collector',
] as const;
export type StartedService = (typeof STARTED_SERVICES)[number];

export interface NativeStackOptions {
  /** Default: all. */
  readonly services?: readonly StartedService[];
  /** What would stand in `.env`, such as `BASELINE_PERCENT`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default 1s. */
  readonly scrapeInterval?: string;
  /** Volumes that are small on purpose: name in the compose file and size, such as `8m`. */
  readonly smallVolumes?: Readonly<Record<string, string>>;
  /** Whether the trace stores write down what they get. Default true; false for measuring what the collector can do. */
  readonly keepSpans?: boolean;
  /** Instead of the shipped configuration, YAML; for measuring against another. */
  readonly collectorConfig?: string;
  /** Changes the shipped configuration, for measuring what a part of it costs. */
  readonly changeCollector?: (config: Document) => void;
}

const QDRANT = fileURLToPath(new URL('../../../packages/qdrant-stand-in/src/main.ts', import.meta.url));
const OTLP_PORT = { jaeger: 4317, tempo: 4320 } as const;

/** The real Collector, Prometheus and Alertmanager with the shipped configuration, and stand-ins for the rest. */
export class NativeStack {
  readonly collector: NativeService;
  readonly jaeger: TraceSink;
  readonly tempo: TraceSink;
  readonly prometheus: PrometheusService;
  readonly alertmanager: NativeService;
  readonly qdrant: NativeService;
  readonly network: ServiceNetwork;
  readonly secrets: { readonly qdrantApiKey: string; readonly qdrantReadOnlyApiKey: string };
  readonly #folder: string;
  readonly #mounted: string[] = [];
  readonly #apps: NativeService[] = [];

  constructor(options: NativeStackOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), 'uat-stack-'));
    this.secrets = { qdrantApiKey: 'test-key-read-write', qdrantReadOnlyApiKey: 'test-key-read-only' };
    try {
      this.network = createServiceNetwork(join(this.#folder, 'network'));
      this.#makeVolumes(options);
      const collector = composeService('otel-collector', options.settings);
      this.collector = new NativeService(this.#program(collector, 'otelcol', options));
      this.alertmanager = new NativeService(
        this.#program(composeService('alertmanager', options.settings), 'alertmanager', options),
      );
      this.prometheus = new PrometheusService(
        this.#program(composeService('prometheus', options.settings), 'prometheus', options),
      );
      this.jaeger = this.#sink('jaeger', options.keepSpans ?? true);
      this.tempo = this.#sink('tempo', options.keepSpans ?? true);
      this.qdrant = new NativeService({
        name: 'qdrant',
        network: this.network,
        script: () =>
          `exec ${[process.execPath, QDRANT, '--host', this.#listen('qdrant'), '--metrics-prefix', 'qdrant_', '--grpc-port', '6334'].map(quote).join(' ')}`,
        environment: {
          QDRANT__SERVICE__API_KEY: this.secrets.qdrantApiKey,
          QDRANT__SERVICE__READ_ONLY_API_KEY: this.secrets.qdrantReadOnlyApiKey,
        },
        healthUrl: composeService('qdrant').healthUrl,
      });
    } catch (error) {
      this.#remove();
      throw error;
    }
  }

  get services(): Readonly<Record<StartedService, NativeService>> {
    return {
      'otel-collector': this.collector,
      jaeger: this.jaeger,
      tempo: this.tempo,
      prometheus: this.prometheus,
      alertmanager: this.alertmanager,
      qdrant: this.qdrant,
    };
  }

  /** @returns the folder of a volume of the compose file, as the host sees it */
  volume(name: string): string {
    return join(this.#folder, 'volumes', name);
  }

  /** Gives a small volume another size, such as `64m`. */
  resizeVolume(name: string, size: string): void {
    execFileSync('mount', ['-o', `remount,size=${size}`, this.volume(name)]);
  }

  /**
   * Runs a program of the machine, such as Node.js, in the network of a service; `app` is an empty place for applications.
   *
   * @param command the program and its arguments
   */
  run(command: readonly string[], options: RunOptions & { readonly at?: ServiceName } = {}): Promise<End> {
    const script = `exec ${command.map(quote).join(' ')}`;
    return runWithin(this.network, options.at ?? 'app', script, options);
  }

  /**
   * Starts a program of the machine that goes on until it is stopped, and waits until it answers.
   *
   * @param at where; by default `app`
   * @param healthUrl on 127.0.0.1, such as `http://127.0.0.1:8080/health`; the program listens on `network.address(at)`
   */
  async startApp(
    command: readonly string[],
    {
      at = 'app',
      environment = {},
      healthUrl,
    }: { at?: AppName; environment?: Readonly<Record<string, string>>; healthUrl: string },
  ): Promise<NativeService> {
    const script = (): string => `exec ${command.map(quote).join(' ')}`;
    const app = new NativeService({ name: at, network: this.network, script, environment, healthUrl });
    this.#apps.push(app);
    await app.start();
    return app;
  }

  /** Ends every program, and removes all that was made. */
  async stop(): Promise<void> {
    const all = [...this.#apps, ...Object.values(this.services)];
    await Promise.all(all.map((service) => service.stop('SIGKILL')));
    this.#remove();
  }

  #makeVolumes({ smallVolumes = {} }: NativeStackOptions): void {
    for (const name of SERVICE_NAMES.filter((each) => !(APP_NAMES as readonly string[]).includes(each))) {
      const service = composeService(name);
      for (const { kind, source } of service.mounts) {
        if (kind !== 'volume') continue;
        const folder = this.volume(source);
        mkdirSync(folder, { recursive: true });
        if (smallVolumes[source] !== undefined) {
          execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${smallVolumes[source]}`, 'tmpfs', folder]);
          this.#mounted.push(folder);
        }
        if (source !== 'probe') giveTo(folder, service.user);
      }
    }
    const key = join(this.volume('prometheus-secrets'), 'qdrant_read_only_api_key');
    writeFileSync(key, this.secrets.qdrantReadOnlyApiKey, { mode: 0o600 });
    giveTo(key, composeService('prometheus').user);
  }

  /** A program that runs as its container would: in a root folder of its own, as its user, with compose's command. */
  #program(service: ComposeService, program: ProgramName, options: NativeStackOptions): ServiceSettings {
    const name = service.name as StartedService;
    const mounts = service.mounts
      .filter(({ source }) => source !== 'probe')
      .map(({ kind, source, target }) => ({
        kind,
        target,
        source: kind === 'volume' ? this.volume(source) : this.#config(service, source, target, options),
      }));
    const paths = new Map(mounts.map(({ target, source }) => [target, source]));
    if (this.network.kind === 'loopback') {
      for (const { kind, source } of mounts) {
        if (kind === 'bind') overlayAddresses(source, this.network.address(name), this.network, paths);
      }
    }
    const scriptFor = (file: string, args: readonly string[]): string =>
      this.network.kind === 'namespaces'
        ? rootScript(join(this.#folder, 'roots', name), service.user, mounts, [file, ...args])
        : `exec ${[file, ...args.map((arg) => withAddresses(arg, this.network.address(name), this.network, paths))].map(quote).join(' ')}`;
    const listen = `--web.listen-address=${this.network.address(name)}:${new URL(service.healthUrl).port}`;
    const extra = this.network.kind === 'loopback' && name !== 'otel-collector' ? [listen] : [];
    return {
      name,
      network: this.network,
      script: () => scriptFor(builtProgram(program), [...service.command, ...extra]),
      scriptFor: (tool, args) => scriptFor(builtProgram(tool as ProgramName), args),
      environment: service.environment,
      healthUrl: service.healthUrl,
    };
  }

  /** The shipped folder itself where nothing in it has to differ, else a copy. */
  #config(service: ComposeService, source: string, target: string, options: NativeStackOptions): string {
    const name = service.name as StartedService;
    const overlay = { memoryLimit: service.memoryLimit, scrapeInterval: options.scrapeInterval ?? '1s' };
    const copy = join(this.#folder, 'configs', name, target);
    const edited = existsSync(join(source, 'config.yaml')) || existsSync(join(source, 'prometheus.yml'));
    let place = source;
    if (edited || this.network.kind === 'loopback' || !existsSync(source)) {
      mkdirSync(copy, { recursive: true });
      // Absent: the rules of a checkout that has not generated them.
      if (existsSync(source)) cpSync(source, copy, { recursive: true });
      place = copy;
    }
    if (name === 'otel-collector') {
      if (options.collectorConfig === undefined) overlayCollector(copy, overlay, options.changeCollector);
      else writeFileSync(join(copy, 'config.yaml'), options.collectorConfig);
    }
    if (existsSync(join(copy, 'prometheus.yml'))) overlayPrometheus(copy, overlay);
    return place;
  }

  #sink(name: 'jaeger' | 'tempo', keep: boolean): TraceSink {
    const folder = join(this.#folder, 'sinks', name);
    mkdirSync(folder, { recursive: true });
    const config = join(folder, 'config.yaml');
    writeSinkConfig(config, this.#listen(name), OTLP_PORT[name], folder, keep);
    return new TraceSink(
      {
        name,
        network: this.network,
        script: () => `exec ${[builtProgram('otelcol'), `--config=${config}`].map(quote).join(' ')}`,
        environment: {},
        healthUrl: 'http://127.0.0.1:13133/',
      },
      folder,
    );
  }

  #listen(name: ServiceName): string {
    return this.network.kind === 'namespaces' ? '0.0.0.0' : this.network.address(name);
  }

  #remove(): void {
    for (const folder of this.#mounted.splice(0)) execFileSync('umount', [folder]);
    // Undefined when the network itself could not be made.
    (this.network as ServiceNetwork | undefined)?.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Starts programs of the stack, in the order in which compose would, and waits until each is ready.
 *
 * @throws Error when one does not start, with its last log lines; nothing is left behind then.
 */
export async function startNativeStack(options: NativeStackOptions = {}): Promise<NativeStack> {
  const stack = new NativeStack(options);
  const wanted = options.services ?? STARTED_SERVICES;
  try {
    for (const name of STARTED_SERVICES) if (wanted.includes(name)) await stack.services[name].start();
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}
