export interface HostAndPort {
  readonly address: string;
  /** undefined where the text names none. */
  readonly port: number | undefined;
}

/** Distinct hosts remembered; a client can send any Host header. */
const MAX_REMEMBERED = 256;
const remembered = new Map<string, HostAndPort>();

/** `example.com:8080`, `[::1]:8080`, `example.com`. Parsed once for each text. */
export function parseHost(host: string): HostAndPort {
  const known = remembered.get(host);
  if (known !== undefined) return known;
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(host);
  const parsed: HostAndPort = Object.freeze(
    match === null
      ? { address: host, port: undefined }
      : {
          address: match[1] ?? match[2] ?? host,
          port: match[3] === undefined ? undefined : Number(match[3]),
        },
  );
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(host, parsed);
  return parsed;
}
