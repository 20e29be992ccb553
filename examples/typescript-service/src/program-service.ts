import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type ChildService, inheritedEnvironment } from './child-service.ts';

const FOLLOW_PARENT = fileURLToPath(new URL('follow-parent.ts', import.meta.url));

/**
 * Starts a service of any language, which says on a line of its own where it listens: `listening on http://…`, or as JSON
 * with the message `listening` and its `url`.
 *
 * @param command the program and its arguments
 * @param environment added to ours
 * @param onLine called with each line the service prints
 * @throws Error (as a rejection) when it ends before it listens, with the last lines it printed
 */
export async function startProgramService(
  name: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<ChildService> {
  const child = spawn(process.execPath, [FOLLOW_PARENT, ...command], {
    env: { ...inheritedEnvironment(), ...environment },
    // The fourth one is the channel that closes with us.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Out of our process group, so that Ctrl-C does not reach it: traffic stops first, then the services, once.
    detached: true,
  });
  const listening = Promise.withResolvers<string>();
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream as Readable }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      const url = listeningUrl(line);
      if (url !== undefined) listening.resolve(url);
      onLine(line);
    });
  }
  const ended = new Promise<string>((resolve) => {
    child.on('close', (code, signal) =>
      resolve(signal === null ? `ended with code ${code}` : `ended by ${signal}`),
    );
  });
  const url = await Promise.race([listening.promise, ended.then(() => undefined)]);
  if (url === undefined)
    throw new Error(`${name} ${await ended} before it listened:\n${lastLines.join('\n')}`);
  return {
    name,
    url,
    pid: child.pid as number,
    ended,
    async stop(timeoutMillis = 12_000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.disconnect(), timeoutMillis);
      await ended;
      clearTimeout(timer);
    },
  };
}

function listeningUrl(line: string): string | undefined {
  const plain = /^listening on (http:\S+)$/.exec(line)?.[1];
  if (plain !== undefined || !line.startsWith('{')) return plain;
  try {
    const { msg, url } = JSON.parse(line) as { msg?: unknown; url?: unknown };
    return msg === 'listening' && typeof url === 'string' ? url : undefined;
  } catch {
    return undefined;
  }
}
