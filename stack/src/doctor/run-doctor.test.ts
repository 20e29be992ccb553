import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDockerStandIn, type DockerAnswers } from '../../test/stand-ins/docker-stand-in.ts';
import type { Finding } from './finding.ts';
import { runDoctor } from './run-doctor.ts';

const SECRETS = [
  'grafana_admin_password',
  'grafana_secret_key',
  'qdrant_api_key',
  'qdrant_read_only_api_key',
];

let folder: string;
let secretsFolder: string;
let taken: Server;
let takenPort: number;
let freePort: number;
let path: string | undefined;
const standIns: { remove(): void }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  secretsFolder = mkdtempSync(join(tmpdir(), 'doctor-secrets-'));
  for (const name of SECRETS) writeFileSync(join(secretsFolder, name), 'x'.repeat(64), { mode: 0o600 });
  path = process.env.PATH;
  taken = await listen();
  takenPort = portOf(taken);
  const brief = await listen();
  freePort = portOf(brief);
  await close(brief);
});

afterEach(async () => {
  process.env.PATH = path;
  for (const standIn of standIns.splice(0)) standIn.remove();
  await close(taken);
  rmSync(folder, { recursive: true });
  rmSync(secretsFolder, { recursive: true });
});

const listen = (): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  });
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** @param docker undefined: there is no program of that name */
async function findings(docker: DockerAnswers | undefined, ports: readonly string[]): Promise<Finding[]> {
  const composeFile = join(folder, 'compose.yaml');
  writeFileSync(
    composeFile,
    `services:
  jaeger:
    image: jaegertracing/jaeger:2.20.0
    ports: ${JSON.stringify(ports)}
    deploy: { resources: { limits: { memory: 768M } } }
`,
  );
  if (docker === undefined) process.env.PATH = folder;
  else {
    const standIn = createDockerStandIn(docker);
    standIns.push(standIn);
    process.env.PATH = [standIn.folder, path].join(delimiter);
  }
  return runDoctor({ composeFile, secretsFolder, json: false }, {}, new AbortController().signal);
}

const WELL: DockerAnswers = { compose: '2.39.1', images: ['jaegertracing/jaeger:2.20.0'] };

function expectFinding(
  found: readonly Finding[],
  subject: string,
  verdict: Finding['verdict'],
  reason: string,
): void {
  const finding = found.find((candidate) => candidate.subject === subject);
  expect(finding, subject).toMatchObject({ verdict, reason: expect.stringContaining(reason) });
  expect(finding?.action === undefined, `${subject} has an action`).toBe(verdict === 'ok');
}

describe('runDoctor', () => {
  test('all is well', async () => {
    const found = await findings(WELL, [`127.0.0.1:\${JAEGER_PORT:-${freePort}}:16686`]);
    expectFinding(found, 'Docker', 'ok', '28.2.2');
    expectFinding(found, 'Docker Compose', 'ok', '2.39.1');
    expectFinding(found, 'images', 'ok', 'all 1 are here');
    expectFinding(found, 'ports', 'ok', '1 of 1 free');
    expectFinding(found, 'secrets', 'ok', 'all 4 in');
    expectFinding(
      found,
      'memory',
      'ok',
      '16.0 GB for containers; the limits of all services add up to 0.8 GB',
    );
    expectFinding(found, 'clock', 'ok', 'the same time');
  });

  test('a port is taken: by whom, and what would change it', async () => {
    const found = await findings(WELL, [`127.0.0.1:\${JAEGER_PORT:-${takenPort}}:16686`]);
    expectFinding(found, `port ${takenPort}`, 'problem', 'jaeger needs it');
    const finding = found.find(({ subject }) => subject === `port ${takenPort}`);
    expect(finding?.action).toContain('JAEGER_PORT in stack/.env');
    // Elsewhere lsof is asked, which may not be installed.
    if (process.platform === 'linux') expect(finding?.reason).toContain(`(process ${process.pid})`);
    expectFinding(found, 'ports', 'ok', '0 of 1 free');
  });

  test('a port is held by the stack itself, which runs another version', async () => {
    const containers = [
      {
        Service: 'jaeger',
        Image: 'jaegertracing/jaeger:2.19.0',
        State: 'running',
        Publishers: [{ PublishedPort: takenPort }],
      },
    ];
    const found = await findings({ ...WELL, containers }, [`127.0.0.1:${takenPort}:16686`]);
    expectFinding(found, 'ports', 'ok', '1 held by this stack');
    expectFinding(
      found,
      'images',
      'problem',
      'jaeger runs jaegertracing/jaeger:2.19.0, the compose file names jaegertracing/jaeger:2.20.0',
    );
  });

  test('an address that this machine does not have', async () => {
    // 192.0.2.0/24 is for documentation: RFC 5737.
    const found = await findings(WELL, [`192.0.2.1:${freePort}:16686`]);
    expectFinding(found, `port ${freePort}`, 'problem', '192.0.2.1 is no address of this machine');
  });

  test('a port that only the example services need', async () => {
    writeFileSync(
      join(folder, 'compose.apps.yaml'),
      `services: { router: { profiles: [apps], build: ., ports: ["127.0.0.1:${takenPort}:8001"] } }`,
    );
    const found = await findings(WELL, port());
    expectFinding(found, `port ${takenPort}`, 'warning', 'router needs it');
    expectFinding(found, 'images', 'ok', 'all 1 are here');
  });

  const port = () => [`127.0.0.1:${freePort}:16686`];
  test.each<[string, DockerAnswers | undefined, string, Finding['verdict'], string]>([
    ['no Docker', undefined, 'Docker', 'problem', 'not installed'],
    ['no Docker, so no Compose', undefined, 'Docker Compose', 'problem', 'Docker is not installed'],
    ['no engine', { ...WELL, info: 'down' }, 'Docker', 'problem', 'Cannot connect'],
    ['no engine: the clock by itself', { ...WELL, info: 'down' }, 'clock', 'ok', 'no other clock'],
    ['an engine of others', { ...WELL, info: 'denied' }, 'Docker', 'problem', 'permission denied'],
    ['no Compose', {}, 'Docker Compose', 'problem', 'the plugin is not installed'],
    [
      'an old Compose',
      { ...WELL, compose: '2.23.3' },
      'Docker Compose',
      'problem',
      'needed is 2.24 or newer',
    ],
    [
      'images to fetch',
      { ...WELL, images: [] },
      'images',
      'ok',
      '1 of 1 will be fetched: jaegertracing/jaeger:2.20.0',
    ],
    ['a clock behind', { ...WELL, skewSeconds: -120 }, 'clock', 'problem', 'behind this machine'],
    ['a clock ahead', { ...WELL, skewSeconds: 20 }, 'clock', 'warning', 'ahead of this machine'],
    [
      'little memory for containers',
      { ...WELL, memory: 1024 ** 3 },
      'memory',
      'problem',
      '1.0 GB for containers',
    ],
  ])('%s', async (_, docker, subject, verdict, reason) => {
    expectFinding(await findings(docker, port()), subject, verdict, reason);
  });

  test.each<[string, () => void, Finding['verdict'], string]>([
    [
      'one is missing',
      () => rmSync(join(secretsFolder, 'qdrant_api_key')),
      'warning',
      '1 of 4 are not there yet: qdrant_api_key',
    ],
    [
      'one is empty',
      () => writeFileSync(join(secretsFolder, 'qdrant_api_key'), ''),
      'warning',
      'qdrant_api_key',
    ],
    [
      'others can read one',
      () => chmodSync(join(secretsFolder, 'qdrant_api_key'), 0o644),
      'problem',
      'others can read qdrant_api_key',
    ],
  ])('secrets: %s', async (_, change, verdict, reason) => {
    change();
    expectFinding(await findings(WELL, port()), 'secrets', verdict, reason);
  });
});
