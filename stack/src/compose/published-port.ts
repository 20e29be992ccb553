import { ComposeFileError } from './compose-file-error.ts';

export interface PublishedPort {
  /** The address of this machine that it is bound to. `0.0.0.0` when the file names none. */
  readonly host: string;
  /** On this machine. */
  readonly port: number;
  /** In the container. */
  readonly target: number;
  /** The variable that changes `port`, when it has one. */
  readonly setting: string | undefined;
}

type BarePort = Omit<PublishedPort, 'setting'>;
const SETTING = /\$\{([A-Za-z0-9_]*PORT)\b/;

const SHORT = /^(?:(\[[^\]]+\]|[^:]+):)?(?:(\d+):)?(\d+)(?:\/tcp)?$/;

/**
 * Reads `ports:` in both syntaxes. Left out: UDP, ranges and ports that Docker chooses.
 *
 * @param list interpolated
 * @param written the same before that
 * @throws ComposeFileError when a setting has made something of one of them that is no port
 * @see https://docs.docker.com/reference/compose-file/services/#ports
 */
export function readPorts(list: readonly unknown[], written: readonly unknown[] = list): PublishedPort[] {
  return list.flatMap((entry, index) => {
    const port = readPort(entry);
    const setting = SETTING.exec(JSON.stringify(written[index]))?.[1];
    if (setting !== undefined && (port === undefined || port.port < 1 || port.port > 65_535)) {
      throw new ComposeFileError(
        `${setting} or BIND_ADDRESS makes '${String(entry)}' of a port, which is none. The first is a number from 1 to 65535, the second an address, in brackets for IPv6 ([::1]). Correct them in the environment or in stack/.env.`,
      );
    }
    return port === undefined ? [] : [{ ...port, setting }];
  });
}

function readPort(entry: unknown): BarePort | undefined {
  if (typeof entry === 'object' && entry !== null) {
    const { host_ip = '0.0.0.0', published, target, protocol = 'tcp' } = entry as Record<string, unknown>;
    const port = Number(published);
    if (protocol !== 'tcp' || published === undefined || !Number.isInteger(port)) return undefined;
    return { host: String(host_ip), port, target: Number(target) };
  }
  const [, first, second, target] = SHORT.exec(String(entry)) ?? [];
  if (target === undefined || first === undefined) return undefined;
  // `8080:80` has a port where `127.0.0.1:8080:80` has an address.
  if (second === undefined)
    return /^\d+$/.test(first) ? { host: '0.0.0.0', port: Number(first), target: Number(target) } : undefined;
  return { host: first.replace(/^\[|\]$/g, ''), port: Number(second), target: Number(target) };
}

/** @returns an address to connect to: one that is bound to all is reached over loopback */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
