/** Processes of the benchmark: started with a clean environment, bounded in time, ended with the runner. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BENCH_FOLDER = fileURLToPath(new URL('.', import.meta.url));

export function appPath(name: string): string {
  return join(BENCH_FOLDER, 'apps', name);
}

/** `taskset` is Linux only; with one core there is nothing to divide. */
export const canPin =
  process.platform === 'linux' &&
  availableParallelism() > 1 &&
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'taskset')));

export interface AppOptions {
  /** Arguments of `node`: options, the script, its arguments. */
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Core to run on, where that can be chosen. */
  readonly core?: number;
  readonly ipc?: boolean;
  readonly limitMillis: number;
}

export interface Report {
  readonly bench: string;
  readonly [figure: string]: unknown;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface App {
  readonly process: ChildProcess;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly reports: readonly Report[];
  /** The first report named `name`. @throws Error when the process ends without one. */
  report(name: string): Promise<Report>;
  /** The next IPC message. @throws Error when the process ends first. */
  message<T>(ask?: unknown): Promise<T>;
  readonly ended: Promise<Ending>;
  /** Ends it, and waits until it has ended. */
  stop(): Promise<void>;
}

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => process.exit(signal === 'SIGINT' ? 130 : 143));
}

export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** What would change what is measured: the caller's tracing, Node and npm settings. */
const UNWANTED = /^(OTEL_|UAT_|DD_|SENTRY_|ELASTIC_|NODE_OPTIONS$|NODE_COMPILE_CACHE$|NODE_ENV$|npm_|BENCH_)/;

export function cleanEnvironment(added: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !UNWANTED.test(name)) env[name] = value;
  }
  return { ...env, ...added };
}

export function startApp({ args, cwd, env, core, ipc = false, limitMillis }: AppOptions): App {
  const pinned = core !== undefined && canPin;
  const command = pinned ? 'taskset' : process.execPath;
  const startedAt = now();
  const child = spawn(command, pinned ? ['-c', String(core), process.execPath, ...args] : args, {
    cwd: cwd ?? BENCH_FOLDER,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  alive.add(child);
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMillis);

  const reports: Report[] = [];
  const onReport = new Set<() => void>();
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    const lines = output.split('\n');
    output = lines.pop()!;
    for (const line of lines) {
      // Peers print to stdout as well; only our own lines begin like this.
      if (line.startsWith('{"bench":')) reports.push(JSON.parse(line) as Report);
    }
    for (const check of onReport) check();
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(-4000);
  });

  const messages: unknown[] = [];
  const onMessage = new Set<() => void>();
  child.on('message', (message) => {
    messages.push(message);
    for (const check of onMessage) check();
  });

  let ending: Ending | undefined;
  const ended = new Promise<Ending>((resolve) => {
    let exitedAt = 0;
    child.on('exit', () => {
      exitedAt = now();
    });
    // `close`: its output has arrived too.
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      alive.delete(child);
      ending = { code, signal, at: exitedAt || now() };
      resolve(ending);
    });
    child.on('error', (error) => {
      errors += String(error);
    });
  });

  function wanted<T>(find: () => T | undefined, checks: Set<() => void>, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = find();
        if (found === undefined) return;
        checks.delete(check);
        resolve(found);
      };
      checks.add(check);
      check();
      ended.then(({ code, signal }) => {
        check();
        checks.delete(check);
        reject(
          new Error(
            `node ${args.join(' ')} ended (${signal ?? `code ${code}`}) without ${what}:\n${errors.trim()}`,
          ),
        );
      });
    });
  }

  return {
    process: child,
    startedAt,
    reports,
    report: (name) =>
      wanted(() => reports.find(({ bench }) => bench === name), onReport, `the report ${name}`),
    message: <T>(ask?: unknown) => {
      if (ask !== undefined && child.connected) child.send(ask as object);
      return wanted(() => messages.shift() as T | undefined, onMessage, 'a message');
    },
    ended,
    async stop() {
      if (ending === undefined) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs it to its end and gives the report named `name`. */
export async function runApp(options: AppOptions, name: string): Promise<Report & { wallMillis: number }> {
  const app = startApp(options);
  const report = await app.report(name);
  const { at } = await app.ended;
  return { ...report, wallMillis: at - app.startedAt };
}
