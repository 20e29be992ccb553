import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import { ComposeFileError } from './compose-file-error.ts';
import { interpolate, type Variables } from './interpolation.ts';
import { type PublishedPort, readPorts } from './published-port.ts';

/** The `stack` folder. */
export const STACK_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
export const COMPOSE_FILE = join(STACK_FOLDER, 'compose.yaml');

export interface ComposeService {
  readonly name: string;
  readonly image: string;
  /** Empty for a service that is always started. */
  readonly profiles: readonly string[];
  /** Whether its image is built here and not pulled. */
  readonly built: boolean;
  readonly ports: readonly PublishedPort[];
  /** Of the map form; what is only passed on (`NAME:`) is left out. */
  readonly environment: Readonly<Record<string, string>>;
  /** Bytes; undefined when there is no limit. */
  readonly memoryLimit: number | undefined;
}

export interface ComposeFile {
  readonly name: string;
  readonly services: readonly ComposeService[];
}

/** Beside the compose file: services that only `start.sh --with-apps` starts. */
const APPS_FILE = 'compose.apps.yaml';

/**
 * Reads what a start would see: settings from the environment, else from `.env` beside the file; with the services of
 * `compose.apps.yaml`, where there is one.
 *
 * @throws ComposeFileError when the file is not there or is no compose file, or a setting makes a port of it that is none.
 */
export function readComposeFile(
  file: string = COMPOSE_FILE,
  environment: Variables = process.env,
): ComposeFile {
  const variables = { ...readEnvFile(join(dirname(file), '.env')), ...environment };
  const compose = readOne(file, variables);
  const apps = join(dirname(file), APPS_FILE);
  if (!existsSync(apps)) return compose;
  return { ...compose, services: [...compose.services, ...readOne(apps, variables).services] };
}

function readOne(file: string, variables: Variables): ComposeFile {
  let document: unknown;
  try {
    document = parse(readFileSync(file, 'utf8'), { merge: true });
  } catch (error) {
    throw new ComposeFileError(`${file} cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  const written = document as RawFile | undefined;
  const root = interpolateAll(document, variables) as RawFile | undefined;
  if (typeof root?.services !== 'object' || root.services === null)
    throw new ComposeFileError(`${file} is no compose file: it has no services`);
  return {
    name: String(root.name ?? ''),
    services: Object.entries(root.services).map(([name, service]) =>
      readService(name, service ?? {}, written?.services?.[name]?.ports),
    ),
  };
}

interface RawFile {
  readonly name?: string;
  readonly services?: Readonly<Record<string, RawService>>;
}

interface RawService {
  readonly image?: string;
  readonly build?: unknown;
  readonly profiles?: readonly string[];
  readonly ports?: readonly unknown[];
  readonly environment?: Readonly<Record<string, string | number | boolean | null>> | readonly string[];
  readonly mem_limit?: string | number;
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly memory?: string | number } } };
}

function readService(
  name: string,
  raw: RawService,
  writtenPorts: readonly unknown[] | undefined,
): ComposeService {
  return {
    name,
    image: raw.image ?? '',
    profiles: raw.profiles ?? [],
    built: raw.build !== undefined,
    ports: readPorts(raw.ports ?? [], writtenPorts),
    environment: Object.fromEntries(
      Object.entries(Array.isArray(raw.environment) ? {} : (raw.environment ?? {}))
        .filter(([, value]) => value !== null)
        .map(([key, value]) => [key, String(value)]),
    ),
    memoryLimit: readBytes(raw.deploy?.resources?.limits?.memory ?? raw.mem_limit),
  };
}

function interpolateAll(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((item) => interpolateAll(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, interpolateAll(item, variables)]),
  );
}

function readEnvFile(file: string): Variables {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `512M`, `1g`, `1073741824`, `512mb`. https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values */
function readBytes(value: string | number | undefined): number | undefined {
  const [, amount, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([bkmg])?b?$/i.exec(String(value ?? '')) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit.toLowerCase()] as number);
}
