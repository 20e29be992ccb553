/** The service as a process, with real sockets and an OTLP receiver. Needs the SDK's dist. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type QdrantStandIn, startQdrantStandIn } from '@uat/qdrant-stand-in';
import { expect, vi } from 'vitest';

const SERVICE = fileURLToPath(new URL('../src/service.ts', import.meta.url));
export const KEY = 'a-key-of-the-test';

export interface Launched {
  readonly child: ChildProcessWithoutNullStreams;
  readonly output: () => string;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

export interface Running extends Launched {
  readonly url: string;
}

/** What a test has opened; `closeAll` closes it. */
export const opened: { close(): Promise<void> }[] = [];

export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((one) => one.close()));
}

export function launch(environment: Record<string, string>): Launched {
  const child = spawn(process.execPath, [SERVICE], {
    env: { PATH: process.env.PATH, PORT: '0', ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  opened.push({
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  });
  return { child, output: () => output, ended };
}

export async function start(environment: Record<string, string>): Promise<Running> {
  const running = launch(environment);
  for (;;) {
    const url = /listening on (\S+)/.exec(running.output())?.[1];
    if (url !== undefined) return { ...running, url };
    const over = await Promise.race([
      running.ended,
      once(running.child.stdout, 'data').then(() => undefined),
    ]);
    if (over !== undefined) throw new Error(`ended with ${over.code}: ${over.output}`);
  }
}

export async function openQdrant(port = 0): Promise<QdrantStandIn> {
  const qdrant = await startQdrantStandIn({ apiKey: KEY, port });
  opened.push(qdrant);
  return qdrant;
}

export const withQdrant = (qdrant: { readonly url: string }) => ({
  QDRANT_URL: qdrant.url,
  QDRANT_API_KEY: KEY,
});

export async function get(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Waits until `/ready` answers with a status. */
export const becomes = (url: string, status: number): Promise<void> =>
  vi.waitFor(async () => expect((await get(`${url}/ready`)).status).toBe(status), {
    timeout: 20_000,
    interval: 100,
  });

/** @returns all that it has said */
export async function stop({ child, ended }: Launched): Promise<string> {
  child.kill('SIGTERM');
  const { code, output } = await ended;
  expect(code, output).toBe(0);
  return output;
}
