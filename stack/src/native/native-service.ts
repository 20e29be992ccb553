import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName, ServiceNetwork } from './service-network.ts';

export interface ServiceSettings {
  readonly name: ServiceName;
  readonly network: ServiceNetwork;
  /** A shell script that makes the mounts, and ends in `exec` of the program. */
  readonly script: () => string;
  /** The same script, for another program in the same place. */
  readonly scriptFor?: (program: string, args: readonly string[]) => string;
  readonly environment: Readonly<Record<string, string>>;
  /** Answers 200 when the service is ready; its host is replaced by the service's. */
  readonly healthUrl: string;
}

/** How a program ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Its output and its errors. */
  readonly text: string;
}

const READY_WITHIN_MILLIS = 60_000;
const POLL_MILLIS = 50;

/** One program of the stack, which can be stopped and started again; its data stay. */
export class NativeService {
  readonly name: ServiceName;
  protected readonly network: ServiceNetwork;
  readonly #settings: ServiceSettings;
  #child: ChildProcess | undefined;
  #ended: Promise<End> | undefined;
  #log = '';

  constructor(settings: ServiceSettings) {
    this.#settings = settings;
    this.name = settings.name;
    this.network = settings.network;
  }

  /** An address that the test can reach, such as `http://10.77.1.5:9090`. */
  url(port: number): string {
    return `http://${this.network.address(this.name)}:${port}`;
  }

  /** The address that other services use, such as `http://prometheus:9090`. */
  urlWithin(port: number): string {
    return `http://${this.network.host(this.name)}:${port}`;
  }

  /** @returns all that it has written since the first start */
  log(): string {
    return this.#log;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** Starts it and waits until it is ready. Throws with its last log lines when it ends or stays unready. */
  async start(): Promise<void> {
    await this.launch();
    await this.ready();
  }

  /** Starts it, ready or not. */
  async launch(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.name} is running already`);
    const [file, args] = this.network.within(this.name, this.#settings.script());
    const child = spawn(file, args, {
      env: { PATH: process.env.PATH ?? '', ...this.#settings.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const from = this.#log.length;
    const add = (chunk: Buffer): void => {
      this.#log += String(chunk);
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    this.#ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        if (this.#child === child) this.#child = undefined;
        resolve({ code, signal, text: this.#log.slice(from) });
      });
    });
    await once(child, 'spawn');
  }

  /** Waits until its health check answers 200. */
  async ready(): Promise<void> {
    const address = this.network.address(this.name);
    const url = this.#settings.healthUrl.replace(/127\.0\.0\.1|0\.0\.0\.0/, address);
    const deadline = performance.now() + READY_WITHIN_MILLIS;
    while (this.running) {
      const status = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
        async (response) => {
          await response.body?.cancel();
          return response.status;
        },
        (error) => String(error.cause?.code ?? error),
      );
      if (status === 200) return;
      if (performance.now() > deadline)
        throw new Error(`${this.name} is not ready (${url}: ${status}):\n${this.lastLines()}`);
      await delay(POLL_MILLIS);
    }
    throw new Error(`${this.name} ended at once:\n${this.lastLines()}`);
  }

  /** Sends a signal and waits for the end. Kills it when it has not ended in time. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', withinMillis = 60_000): Promise<End> {
    const child = this.#child;
    if (child === undefined || this.#ended === undefined) return { code: 0, signal: null, text: '' };
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), withinMillis);
    const end = await this.#ended;
    clearTimeout(killer);
    return end;
  }

  /** Waits for its end without asking for it. */
  async ended(): Promise<End> {
    if (this.#ended === undefined) throw new Error(`${this.name} was never started`);
    return this.#ended;
  }

  /** Runs another program where this one is: same network, same files. */
  exec(program: string, args: readonly string[], timeoutMillis = 60_000): Promise<End> {
    const { scriptFor } = this.#settings;
    if (scriptFor === undefined) throw new Error(`nothing else runs where ${this.name} is`);
    return runWithin(this.network, this.name, scriptFor(program, args), {
      environment: this.#settings.environment,
      timeoutMillis,
    });
  }

  /** @returns the most memory it has held since it was started, in MiB */
  peakMemory(): number {
    return Number(/VmHWM:\s+(\d+) kB/.exec(this.#proc('status'))?.[1]) / 1024;
  }

  /** @returns the processor time it has used since it was started, in seconds */
  cpuSeconds(): number {
    const fields = this.#proc('stat')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100; // utime and stime, in ticks of 10 ms
  }

  lastLines(count = 15): string {
    return this.#log.trimEnd().split('\n').slice(-count).join('\n');
  }

  // Every step to the program is an `exec`: the process that was spawned is the program itself.
  #proc(file: string): string {
    if (this.#child?.pid === undefined) throw new Error(`${this.name} does not run`);
    return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8');
  }
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMillis?: number;
}

/** Runs a shell script where a service is, until it ends. */
export async function runWithin(
  network: ServiceNetwork,
  name: ServiceName,
  script: string,
  { environment = {}, timeoutMillis = 60_000 }: RunOptions = {},
): Promise<End> {
  const [file, args] = network.within(name, script);
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMillis,
    killSignal: 'SIGKILL',
  });
  let text = '';
  const add = (chunk: Buffer): void => {
    text += String(chunk);
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const [code, signal] = await once(child, 'close');
  return { code, signal, text };
}

/** For `sh`. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
