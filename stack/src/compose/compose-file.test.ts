import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COMPOSE_FILE, readComposeFile } from './compose-file.ts';
import { ComposeFileError } from './compose-file-error.ts';
import { interpolate } from './interpolation.ts';
import { reachable, readPorts } from './published-port.ts';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Compose's own syntax
describe('interpolate', () => {
  const variables = { SET: 'value', EMPTY: '' };
  test.each([
    ['$SET and ${SET}', 'value and value'],
    ['${SET:-other} ${EMPTY:-other} ${UNSET:-other}', 'value other other'],
    ['${SET-other} ${EMPTY-other} ${UNSET-other}', 'value  other'],
    ['${SET:+other} ${EMPTY:+other} ${UNSET:+other}', 'other  '],
    ['${UNSET}${UNSET:?must be set}', ''],
    ['costs $$5, $${SET}', 'costs $5, ${SET}'],
    ['${BIND:-127.0.0.1}:${PORT:-4317}:4317', '127.0.0.1:4317:4317'],
  ])('%s', (text, result) => {
    expect(interpolate(text, variables)).toBe(result);
  });
});

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: Compose's own syntax

describe('readPorts', () => {
  test.each([
    ['127.0.0.1:8080:80', { host: '127.0.0.1', port: 8080, target: 80 }],
    ['8080:80/tcp', { host: '0.0.0.0', port: 8080, target: 80 }],
    ['[::1]:8080:80', { host: '::1', port: 8080, target: 80 }],
    [
      { host_ip: '127.0.0.1', published: '8080', target: 80 },
      { host: '127.0.0.1', port: 8080, target: 80 },
    ],
    [
      { published: 8080, target: 80 },
      { host: '0.0.0.0', port: 8080, target: 80 },
    ],
    ['80', undefined],
    ['8080:80/udp', undefined],
    ['8080-8090:80-90', undefined],
    [{ target: 80 }, undefined],
    [null, undefined],
  ])('%o', (entry, port) => {
    expect(readPorts([entry])).toEqual(port === undefined ? [] : [{ ...port, setting: undefined }]);
  });

  test.each([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['10.0.0.5', '10.0.0.5'],
  ])('%s is reached at %s', (host, address) => {
    expect(reachable(host)).toBe(address);
  });
});

describe('readComposeFile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'compose-file-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test('settings come from the environment, then from .env, then from the file', () => {
    write('.env', 'A_PORT=1111\nB_PORT=2222\nMEMORY=1G\n');
    const file = write(
      'compose.yaml',
      `name: demo
x-base: &base { image: "img:1" }
services:
  one:
    <<: *base
    environment: { USER_NAME: "\${NAME:-admin}", PASSED_ON: }
    ports: ["127.0.0.1:\${A_PORT:-1}:10", "127.0.0.1:\${B_PORT:-2}:20", "127.0.0.1:\${C_PORT:-3}:30"]
    deploy: { resources: { limits: { memory: "\${MEMORY:-64M}" } } }
  two: { build: ., profiles: [apps] }
`,
    );
    const { name, services } = readComposeFile(file, { B_PORT: '3333' });
    expect(name).toBe('demo');
    expect(services).toEqual([
      {
        name: 'one',
        image: 'img:1',
        profiles: [],
        built: false,
        ports: [
          { host: '127.0.0.1', port: 1111, target: 10, setting: 'A_PORT' },
          { host: '127.0.0.1', port: 3333, target: 20, setting: 'B_PORT' },
          { host: '127.0.0.1', port: 3, target: 30, setting: 'C_PORT' },
        ],
        environment: { USER_NAME: 'admin' },
        memoryLimit: 1024 ** 3,
      },
      {
        name: 'two',
        image: '',
        profiles: ['apps'],
        built: true,
        ports: [],
        environment: {},
        memoryLimit: undefined,
      },
    ]);
  });

  test('the example services stand in a file of their own', () => {
    const file = write('compose.yaml', 'services: { one: { image: "img:1" } }');
    write(
      'compose.apps.yaml',
      'x-app: &app { profiles: [apps] }\nservices: { router: { <<: *app, ports: ["8001:8001"] } }',
    );
    expect(readComposeFile(file, {}).services).toMatchObject([
      { name: 'one', profiles: [] },
      { name: 'router', profiles: ['apps'], ports: [{ port: 8001 }] },
    ]);
  });

  test.each([
    ['no YAML', 'services: [', 'cannot be read'],
    ['no services', 'name: x', 'it has no services'],
    ['nothing', '', 'it has no services'],
  ])('%s', (_, text, problem) => {
    const file = write('compose.yaml', text);
    expect(() => readComposeFile(file, {})).toThrow(ComposeFileError);
    expect(() => readComposeFile(file, {})).toThrow(problem);
  });

  test('a file that is not there', () => {
    expect(() => readComposeFile(join(folder, 'none.yaml'), {})).toThrow(ComposeFileError);
  });

  test.each([
    [
      { JAEGER_PORT: 'abc' },
      "JAEGER_PORT or BIND_ADDRESS makes '127.0.0.1:abc:16686' of a port, which is none",
    ],
    [{ JAEGER_PORT: '70000' }, "'127.0.0.1:70000:16686'"],
    [{ BIND_ADDRESS: '::1' }, 'in brackets for IPv6 ([::1])'],
  ])('a setting that makes no port: %o', (environment, message) => {
    expect(() => readComposeFile(COMPOSE_FILE, environment)).toThrow(message);
    expect(() => readComposeFile(COMPOSE_FILE, environment)).toThrow(ComposeFileError);
  });

  test('the ports of the brief are in the stack’s own file', () => {
    const ports = readComposeFile(COMPOSE_FILE, {}).services.flatMap((service) => service.ports);
    expect(ports.map(({ port }) => port)).toEqual(
      expect.arrayContaining([4317, 4318, 4320, 8888, 13133, 16686, 3200, 9090, 9093, 3000, 6333, 6334]),
    );
    expect(ports.every(({ setting }) => setting !== undefined)).toBe(true);
  });
});
