import { readFileSync } from 'node:fs';

export interface ServiceSettings {
  /** Address to listen on. Default: `127.0.0.1`. Environment: `HOST`. */
  readonly host: string;
  /** 0 takes a free one. Default: 8000. Environment: `PORT`. */
  readonly port: number;
  /** Default: `http://127.0.0.1:6333`. Environment: `QDRANT_URL`. */
  readonly qdrantUrl: string;
  /** Default: none. Environment: `QDRANT_API_KEY`, or `QDRANT_API_KEY_FILE` with the path of a file that holds it. */
  readonly qdrantApiKey: string | undefined;
  /** The LLM router. Default: `http://127.0.0.1:8001`. Environment: `ROUTER_URL`. */
  readonly routerUrl: string;
  /** The WebSocket service, as this service reaches it. Default: `ws://127.0.0.1:8080/ws`. Environment: `WEBSOCKET_URL`. */
  readonly websocketUrl: string;
  /** The same, as a browser reaches it. Default: `websocketUrl`. Environment: `PUBLIC_WEBSOCKET_URL`. */
  readonly publicWebsocketUrl: string;
  /** Orders and searches a second that the service sends itself, 0 to 50. Default: 0. Environment: `TRAFFIC_PER_SECOND`. */
  readonly trafficPerSecond: number;
}

/** A line for each variable that is wrong: its value, what is allowed, what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const EXAMPLES: Readonly<Record<string, string>> = {
  QDRANT_URL: 'http://qdrant:6333',
  ROUTER_URL: 'http://llm-router:8001',
  WEBSOCKET_URL: 'ws://websocket-service:8080/ws',
  PUBLIC_WEBSOCKET_URL: 'ws://localhost:8080/ws',
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables. An empty one counts as not set: a compose file hands on what it does not have as empty.
 *
 * @throws SettingsError
 */
export function readSettings(environment: Environment): ServiceSettings {
  const problems: string[] = [];
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;

  const number = (name: string, most: number, whole: boolean, otherwise: number): number => {
    const given = text(name);
    if (given === undefined) return otherwise;
    const value = Number(given);
    if (value >= 0 && value <= most && (!whole || Number.isInteger(value))) return value;
    problems.push(
      `${name} is '${given}'; it must be a ${whole ? 'whole number' : 'number'} from 0 to ${most}. Correct it, or leave it out for ${otherwise}.`,
    );
    return otherwise;
  };

  /** @param advice where a secret belongs that stands in the address */
  const address = (name: string, schemes: readonly string[], otherwise: string, advice: string): string => {
    const given = text(name);
    if (given === undefined) return otherwise;
    const url = URL.parse(given);
    // Not shown as it is: it may hold a password.
    if (url !== null && url.username + url.password !== '')
      problems.push(`${name} holds a user or a password; it must be an address alone. ${advice}`);
    else if (url === null || !schemes.includes(url.protocol))
      problems.push(
        `${name} is '${given}'; it must be an address such as ${EXAMPLES[name]}. Correct it, or leave it out for ${otherwise}.`,
      );
    return given;
  };
  const http = ['http:', 'https:'];
  const websocket = ['ws:', 'wss:'];
  const removed = 'Correct it: take them out.';
  const websocketUrl = address('WEBSOCKET_URL', websocket, 'ws://127.0.0.1:8080/ws', removed);

  const settings = {
    host: text('HOST') ?? '127.0.0.1',
    port: number('PORT', 65535, true, 8000),
    qdrantUrl: address('QDRANT_URL', http, 'http://127.0.0.1:6333', 'Put the key into QDRANT_API_KEY.'),
    qdrantApiKey: readKey(text('QDRANT_API_KEY'), text('QDRANT_API_KEY_FILE'), problems),
    routerUrl: address('ROUTER_URL', http, 'http://127.0.0.1:8001', removed),
    websocketUrl,
    publicWebsocketUrl: address('PUBLIC_WEBSOCKET_URL', websocket, websocketUrl, removed),
    trafficPerSecond: number('TRAFFIC_PER_SECOND', 50, false, 0),
  };
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return settings;
}

function readKey(key: string | undefined, file: string | undefined, problems: string[]): string | undefined {
  if (file === undefined) return key;
  if (key !== undefined) {
    problems.push('QDRANT_API_KEY and QDRANT_API_KEY_FILE are both set; only one may be. Leave one out.');
    return undefined;
  }
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    problems.push(
      `QDRANT_API_KEY_FILE is '${file}', which cannot be read (${code}); it must be a file that holds the key. Correct the path, or let this user read the file.`,
    );
    return undefined;
  }
  // It goes into a header as it is.
  if (!/^[\x21-\x7e]+$/.test(content)) {
    problems.push(
      `QDRANT_API_KEY_FILE is '${file}', which ${content === '' ? 'is empty' : 'holds more than a key'}; it must hold the key and nothing else. Write the key into it.`,
    );
    return undefined;
  }
  return content;
}
