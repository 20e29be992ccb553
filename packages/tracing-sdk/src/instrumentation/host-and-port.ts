export interface HostAndPort {
  /** Without the brackets of IPv6. */
  readonly address: string;
  /** undefined where the text names none. */
  readonly port: number | undefined;
}

/** `example.com:8080`, `[::1]:8080`, `example.com`; anything else is an address as it stands (a bare `::1`). */
export function splitHost(text: string): HostAndPort {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return { address: text, port: undefined };
  return {
    address: match[1] ?? match[2] ?? text,
    port: match[3] === undefined ? undefined : Number(match[3]),
  };
}

/** A client can send any Host header: this many are remembered, none longer than a DNS name with its port. */
const MAX_REMEMBERED = 256;
const MAX_LENGTH = 260;
const remembered = new Map<string, HostAndPort>();

/** {@link splitHost}, done once for each text. */
export function parseHost(text: string): HostAndPort {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const parsed = Object.freeze(splitHost(text));
  if (text.length > MAX_LENGTH) return parsed;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(text, parsed);
  return parsed;
}
