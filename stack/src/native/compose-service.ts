import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { COMPOSE_FILE } from '../compose/compose-file.ts';
import { interpolate } from '../compose/interpolation.ts';

/** One folder or volume of a service. */
export interface ComposeMount {
  /** Absolute path of a folder of the repository, or the name of a volume. */
  readonly source: string;
  readonly kind: 'bind' | 'volume';
  readonly target: string;
}

/** What the compose file says of one service, as far as a program without a container can follow it. */
export interface ComposeService {
  readonly name: string;
  readonly image: string;
  /** Of the image, such as `v3.15.0`. */
  readonly tag: string;
  readonly command: readonly string[];
  /** Variables named without a value are taken from `settings`, and left out when they are not there. */
  readonly environment: Readonly<Record<string, string>>;
  /** `uid:gid` */
  readonly user: string;
  readonly mounts: readonly ComposeMount[];
  /** What the health check asks for, on 127.0.0.1. */
  readonly healthUrl: string;
  /** In MiB. */
  readonly memoryLimit: number;
}

interface RawService {
  image: string;
  command?: string[];
  environment?: Record<string, string | number | null>;
  user?: string;
  volumes?: (string | { source: string; target: string })[];
  healthcheck?: { test?: string[] };
  deploy?: { resources?: { limits?: { memory?: string } } };
}

/**
 * Reads one service as Docker Compose would.
 *
 * @param settings what would stand in `.env` or the environment.
 * @param composeFile by default compose.yaml
 * @throws Error when the compose file has no such service, or a value in a form that is not read here.
 */
export function composeService(
  name: string,
  settings: Readonly<Record<string, string>> = {},
  composeFile: string = COMPOSE_FILE,
): ComposeService {
  const file = parse(readFileSync(composeFile, 'utf8'), { merge: true });
  const raw: RawService | undefined = file.services?.[name];
  if (raw === undefined) {
    throw new Error(
      `${basename(composeFile)} has no service ${name}; it has ${Object.keys(file.services).join(', ')}`,
    );
  }
  const fill = (text: string): string => interpolate(text, settings);
  const image = fill(raw.image);
  const environment: Record<string, string> = {};
  for (const [variable, value] of Object.entries(raw.environment ?? {})) {
    const given = value === null ? settings[variable] : fill(String(value));
    if (given !== undefined) environment[variable] = given;
  }
  return {
    name,
    image,
    tag: image.slice(image.lastIndexOf(':') + 1),
    command: (raw.command ?? []).map(fill),
    environment,
    user: raw.user ?? '0:0',
    mounts: (raw.volumes ?? []).map(mount),
    healthUrl: raw.healthcheck?.test?.find((part) => part.startsWith('http://')) ?? '',
    memoryLimit: mebibytes(fill(raw.deploy?.resources?.limits?.memory ?? '0M')),
  };
}

function mount(entry: string | { source: string; target: string }): ComposeMount {
  const { source, target } =
    typeof entry === 'string' ? { source: entry.split(':')[0]!, target: entry.split(':')[1]! } : entry;
  return source.startsWith('.')
    ? { kind: 'bind', source: resolve(dirname(COMPOSE_FILE), source), target }
    : { kind: 'volume', source, target };
}

function mebibytes(text: string): number {
  const [, amount, unit] = /^(\d+)([MG])$/.exec(text) ?? [];
  if (amount === undefined) throw new Error(`compose.yaml: a memory limit is 512M or 1G, not ${text}`);
  return Number(amount) * (unit === 'G' ? 1024 : 1);
}
