import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface ChildService {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process has ended, with how, in words. */
  readonly ended: Promise<string>;
  /** Asks it to end, and ends it after `timeoutMillis`. Resolves when it has. */
  stop(timeoutMillis?: number): Promise<void>;
}

/**
 * Starts a service of this folder in a process of its own.
 *
 * @param name of the file, without `.ts`
 * @param environment added to ours
 * @param onLine called with each line the service prints
 * @throws Error (as a rejection) when it ends before it listens, with the last lines it printed
 */
export async function startChildService(
  name: string,
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<ChildService> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`${name}.ts`, import.meta.url))], {
    env: { ...inheritedEnvironment(), ...environment },
    // The fourth one is the channel over which it says its port, and learns of our end.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Out of our process group, so that Ctrl-C does not reach it: traffic stops first, then the services, once.
    detached: true,
  });
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream as Readable }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      onLine(line);
    });
  }
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`could not be started: ${error.message}`));
    child.on('close', (code, signal) =>
      resolve(signal === null ? `ended with code ${code}` : `ended by ${signal}`),
    );
  });
  const port = await Promise.race([announcedPort(child), ended]);
  if (typeof port === 'string')
    throw new Error(`${name} ${port} before it listened:\n${lastLines.join('\n')}`);
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    pid: child.pid as number,
    ended,
    async stop(timeoutMillis = 4000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMillis);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function announcedPort(child: ChildProcess): Promise<number> {
  const [message] = (await once(child, 'message')) as [{ port: number }];
  return message.port;
}

/** The example must show its own traces, whatever telemetry the user's shell is set up for. */
export function inheritedEnvironment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([key]) =>
      key === 'OTEL_LOG_LEVEL' || !(key.startsWith('OTEL_') || key === 'NODE_OPTIONS' || key === 'NODE_ENV'),
  );
  return Object.fromEntries(kept);
}
