import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings, SettingsError } from './service-settings.ts';

const DEFAULTS = {
  host: '127.0.0.1',
  port: 8000,
  qdrantUrl: 'http://127.0.0.1:6333',
  qdrantApiKey: undefined,
  routerUrl: 'http://127.0.0.1:8001',
  websocketUrl: 'ws://127.0.0.1:8080/ws',
  publicWebsocketUrl: 'ws://127.0.0.1:8080/ws',
  trafficPerSecond: 0,
};

let folder: string;
const file = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
  writeFileSync(file('key'), 'k-17\n');
  writeFileSync(file('empty'), '\n');
  writeFileSync(file('two-lines'), 'k-17\nk-18\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [{}, {}],
  [
    {
      HOST: '',
      PORT: ' ',
      QDRANT_URL: '',
      QDRANT_API_KEY: '',
      QDRANT_API_KEY_FILE: '',
      TRAFFIC_PER_SECOND: '',
    },
    {},
  ],
  [
    { HOST: '0.0.0.0', PORT: '0' },
    { host: '0.0.0.0', port: 0 },
  ],
  [
    { QDRANT_URL: 'https://q.example:6333', QDRANT_API_KEY: 'k' },
    { qdrantUrl: 'https://q.example:6333', qdrantApiKey: 'k' },
  ],
  [{ TRAFFIC_PER_SECOND: '0.5' }, { trafficPerSecond: 0.5 }],
  [
    { ROUTER_URL: 'http://r:1', WEBSOCKET_URL: 'ws://w:2/ws' },
    { routerUrl: 'http://r:1', websocketUrl: 'ws://w:2/ws', publicWebsocketUrl: 'ws://w:2/ws' },
  ],
  [{ PUBLIC_WEBSOCKET_URL: 'wss://w/ws' }, { publicWebsocketUrl: 'wss://w/ws' }],
])('%j', (environment, settings) => {
  expect(readSettings(environment)).toEqual({ ...DEFAULTS, ...settings });
});

test('the key of a file, without the line end that editors add', () => {
  expect(readSettings({ QDRANT_API_KEY_FILE: file('key') }).qdrantApiKey).toBe('k-17');
});

const problemOf = (environment: Record<string, string>): string => {
  try {
    readSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  return 'none';
};

test.each([
  [
    { PORT: '80000' },
    "PORT is '80000'; it must be a whole number from 0 to 65535. Correct it, or leave it out for 8000.",
  ],
  [{ PORT: '80.5' }, "PORT is '80.5'; it must be a whole number"],
  [{ PORT: 'http' }, "PORT is 'http'"],
  [{ TRAFFIC_PER_SECOND: '-1' }, "TRAFFIC_PER_SECOND is '-1'; it must be a number from 0 to 50."],
  [{ TRAFFIC_PER_SECOND: '51' }, "TRAFFIC_PER_SECOND is '51'"],
  [
    { QDRANT_URL: 'qdrant:6333' },
    "QDRANT_URL is 'qdrant:6333'; it must be an address such as http://qdrant:6333.",
  ],
  [{ QDRANT_URL: 'nowhere' }, "QDRANT_URL is 'nowhere'"],
  [{ QDRANT_URL: 'http://me:hunter2@q:6333' }, 'QDRANT_URL holds a user or a password'],
  [
    { ROUTER_URL: 'ws://r:1' },
    "ROUTER_URL is 'ws://r:1'; it must be an address such as http://llm-router:8001.",
  ],
  [{ WEBSOCKET_URL: 'http://w' }, "WEBSOCKET_URL is 'http://w'; it must be an address such as ws://"],
  [{ PUBLIC_WEBSOCKET_URL: 'ws://a:hunter2@w' }, 'PUBLIC_WEBSOCKET_URL holds a user or a password'],
  [{ QDRANT_API_KEY: 'hunter2', QDRANT_API_KEY_FILE: '/x' }, 'are both set; only one may be. Leave one out.'],
  [
    { QDRANT_API_KEY_FILE: '/nowhere/key' },
    "QDRANT_API_KEY_FILE is '/nowhere/key', which cannot be read (ENOENT)",
  ],
])('%j is refused', (environment, problem) => {
  const said = problemOf(environment);
  expect(said).toContain(problem);
  expect(said).not.toContain('hunter2');
});

test.each([
  ['empty', 'which is empty'],
  ['two-lines', 'which holds more than a key'],
])('a key file that is %s is refused, and not shown', (name, problem) => {
  const said = problemOf({ QDRANT_API_KEY_FILE: file(name) });
  expect(said).toContain(problem);
  expect(said).not.toContain('k-17');
});

test('all that is wrong is said at once', () => {
  expect(problemOf({ PORT: 'x', TRAFFIC_PER_SECOND: 'y', QDRANT_URL: 'z' }).split('\n')).toHaveLength(3);
});

test('any text is either taken or refused with a sentence', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('PORT', 'TRAFFIC_PER_SECOND', 'QDRANT_URL', 'ROUTER_URL', 'WEBSOCKET_URL', 'HOST'),
      fc.string(),
      (name, value) => {
        const said = problemOf({ [name]: value });
        if (said !== 'none')
          expect(said).toMatch(new RegExp(`^${name} .*must be .*\\. (?:Correct|Put) `, 's'));
      },
    ),
  );
});

test('the README has every variable, and its default', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| `?([^|`]+)`? \|/gm)].map(([, name, value]) => [
    name,
    value?.trim(),
  ]);
  const { host, port, qdrantUrl, routerUrl, websocketUrl, trafficPerSecond } = readSettings({});
  expect(Object.fromEntries(rows)).toEqual({
    HOST: host,
    PORT: String(port),
    QDRANT_URL: qdrantUrl,
    QDRANT_API_KEY: 'none',
    QDRANT_API_KEY_FILE: 'none',
    ROUTER_URL: routerUrl,
    WEBSOCKET_URL: websocketUrl,
    PUBLIC_WEBSOCKET_URL: 'WEBSOCKET_URL',
    TRAFFIC_PER_SECOND: String(trafficPerSecond),
  });
});
