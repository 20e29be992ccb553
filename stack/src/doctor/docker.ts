import { execFile } from 'node:child_process';
import { asObject, type JsonObject, objects } from '../check/stored-trace.ts';

export interface DockerAnswer {
  readonly ok: boolean;
  readonly text: string;
  /** First line of what it complained about; `undefined` when the program is not there. */
  readonly complaint: string | undefined;
}

const TIMEOUT_MILLIS = 15_000;

/** Runs `docker`, which may be missing or hang. */
export function docker(args: readonly string[], signal: AbortSignal): Promise<DockerAnswer> {
  return new Promise((resolve) => {
    execFile(
      'docker',
      args,
      { timeout: TIMEOUT_MILLIS, signal, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const missing = (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';
        const hung = error?.killed === true ? `no answer within ${TIMEOUT_MILLIS / 1000} s` : '';
        const complaint = stderr.trim().split('\n')[0] || hung || error?.message || '';
        resolve({ ok: error === null, text: stdout, complaint: missing ? undefined : complaint });
      },
    );
  });
}

/** What the engine says of itself; undefined when there is none to ask. */
export interface Engine {
  readonly version: string;
  /** Bytes, of the machine or virtual machine that containers run in. */
  readonly memory: number;
  /** Where images and volumes are, there. */
  readonly rootFolder: string;
  /** Its clock less ours, milliseconds; positive when it is ahead. */
  readonly skewMillis: number;
}

export async function askEngine(signal: AbortSignal): Promise<Engine | DockerAnswer> {
  const asked = Date.now();
  const answer = await docker(['info', '--format', '{{json .}}'], signal);
  const answered = Date.now();
  const info = parse(answer.text);
  const time = Date.parse(String(info?.SystemTime));
  // Without an engine, `docker info` still describes the client.
  if (typeof info?.ServerVersion !== 'string' || info.ServerVersion === '' || Number.isNaN(time)) {
    const [said] = Array.isArray(info?.ServerErrors) ? info.ServerErrors.map(String) : [];
    return { ...answer, ok: false, complaint: said ?? answer.complaint };
  }
  // It looked at its clock somewhere between: within that there is no skew to be seen.
  const skewMillis = time < asked ? time - asked : Math.max(0, time - answered);
  return {
    version: info.ServerVersion,
    memory: Number(info.MemTotal),
    rootFolder: String(info.DockerRootDir ?? ''),
    skewMillis,
  };
}

export interface Container {
  readonly service: string;
  readonly image: string;
  readonly running: boolean;
  readonly publishedPorts: readonly number[];
}

/** @returns the stack's containers; none when Compose cannot be asked */
export async function listContainers(composeFile: string, signal: AbortSignal): Promise<Container[]> {
  const { ok, text } = await docker(
    ['compose', '-f', composeFile, 'ps', '--all', '--format', 'json'],
    signal,
  );
  if (!ok) return [];
  // One object a line since 2.21, one array before.
  return text
    .split('\n')
    .flatMap((line): JsonObject[] => {
      const value = parse(line, true);
      return Array.isArray(value) ? objects(value) : objects([value]);
    })
    .map((container) => ({
      service: String(container.Service),
      image: String(container.Image),
      running: container.State === 'running',
      publishedPorts: objects(container.Publishers).map(({ PublishedPort }) => Number(PublishedPort)),
    }));
}

/** @returns `repository:tag` of every image that is here */
export async function listImages(signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { text } = await docker(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'], signal);
  return new Set(text.split('\n').filter((line) => line !== ''));
}

function parse(text: string): JsonObject | undefined;
function parse(text: string, any: true): unknown;
function parse(text: string, any = false): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return any ? value : asObject(value);
  } catch {
    return undefined;
  }
}
