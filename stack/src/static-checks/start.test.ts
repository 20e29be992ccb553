import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STACK_FOLDER } from './stack-files.ts';

/** All that start.sh may call besides docker. */
const TOOLS = [
  'sh',
  'cat',
  'chmod',
  'date',
  'dirname',
  'find',
  'grep',
  'head',
  'kill',
  'mkdir',
  'mktemp',
  'mv',
  'od',
  'rm',
  'sed',
  'sort',
  'tail',
  'tr',
];

const HEALTHY = ['prepare exited none 0 0', 'grafana running healthy 0 0', 'jaeger running healthy 0 0'];

/** What the stand-in for docker answers: `fake-docker.sh`. */
interface FakeDocker {
  /** Of `docker compose version --short`; undefined: there is no such plugin. */
  readonly composeVersion?: string;
  readonly cpus?: number;
  /** What `docker info` complains of. */
  readonly engineError?: string;
  /** The services of the profile `apps`. */
  readonly appServices?: string;
  /** What each look at the containers shows, the last one from then on: `service state health exit-code restarts`. */
  readonly looks?: readonly (readonly string[])[];
  /** Of `docker compose up --detach`. */
  readonly upCode?: number;
  readonly upOutput?: string;
  /** It does not end, as while it waits for a service. */
  readonly upHangs?: true;
  readonly upEndsAfterLook?: number;
  readonly lastCheck?: string;
  readonly logs?: string;
  /** Of `docker compose port`. */
  readonly address?: string;
}

let repository: string;
let bin: string;

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'start-'));
  bin = join(repository, 'bin');
  for (const folder of ['bin', 'stack', 'dashboards/generated/prometheus'])
    mkdirSync(join(repository, folder), { recursive: true });
  for (const name of [
    'start.sh',
    'generate-secrets.sh',
    'compose.yaml',
    'compose.apps.yaml',
    'otel-collector',
    'jaeger',
    'tempo',
    'prometheus',
    'alertmanager',
    'grafana',
    'qdrant',
    'probe',
  ])
    cpSync(join(STACK_FOLDER, name), join(repository, 'stack', name), { recursive: true });
  for (const tool of TOOLS) {
    const { stdout } = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
    const path = stdout.trim();
    if (path.startsWith('/')) symlinkSync(path, join(bin, tool));
  }
  // A second of waiting is a moment here.
  program('sleep', 'exec /bin/sleep 0.02');
});
afterEach(() => rmSync(repository, { recursive: true, force: true }));

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly calls: readonly string[];
}

/** @param fake undefined: there is no docker */
function start(
  args: readonly string[],
  fake: FakeDocker | undefined,
  { input = '', environment = {} } = {},
): Promise<Outcome> {
  const scenario = join(repository, 'fake-docker');
  const calls = join(scenario, 'calls');
  rmSync(scenario, { recursive: true, force: true });
  mkdirSync(scenario);
  const { looks = [], ...answers } = fake ?? {};
  for (const [name, value] of Object.entries(answers)) writeFileSync(join(scenario, name), `${value}\n`);
  for (const [index, look] of looks.entries())
    writeFileSync(join(scenario, `look.${index}`), `${look.join('\n')}\n`);
  rmSync(join(bin, 'docker'), { force: true });
  if (fake !== undefined)
    symlinkSync(fileURLToPath(new URL('fake-docker.sh', import.meta.url)), join(bin, 'docker'));
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', [join(repository, 'stack/start.sh'), ...args], {
      env: { PATH: bin, HOME: repository, FAKE_DOCKER: scenario, ...environment },
      cwd: tmpdir(),
      timeout: 25_000,
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({
        code,
        out,
        err,
        calls: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [],
      });
    });
    // It may have ended without asking.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

const RUNS: FakeDocker = { composeVersion: '2.40.3', looks: [HEALTHY] };
const commandsOf = ({ calls }: Outcome) =>
  calls.map((call) => call.replace(/^compose (?:-f \S+ |--profile \S+ )*/, ''));

describe('what is missing, in one sentence', () => {
  it.each<[string, FakeDocker | undefined, string]>([
    ['no docker', undefined, 'Docker is missing'],
    ['no Compose', {}, 'Docker Compose v2 is missing'],
    ['an old Compose', { composeVersion: 'v2.17.3' }, 'Docker Compose is v2.17.3 and must be 2.24 or newer'],
    ['the first Compose', { composeVersion: '1.29.2' }, 'Docker Compose is 1.29.2 and must be'],
    [
      'no engine',
      { ...RUNS, engineError: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' },
      'engine does not answer, start it: Cannot connect',
    ],
    [
      'no permission',
      { ...RUNS, engineError: 'permission denied while trying to connect' },
      'does not let you in',
    ],
    ['too few CPUs', { ...RUNS, cpus: 1 }, 'set COLLECTOR_CPUS=1 in'],
  ])('%s', async (_, fake, sentence) => {
    const outcome = await start([], fake);
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain(sentence);
    expect(outcome.err.trim().split('\n').at(-1)).toMatch(/^start\.sh: /);
    expect(commandsOf(outcome).filter((command) => command.startsWith('up'))).toEqual([]);
  });

  it.each(['2.24.0', 'v2.40.3', '5.1.0', '2.29.1-desktop.1', 'dev'])(
    'Compose %s will do',
    async (composeVersion) => {
      expect((await start([], { ...RUNS, composeVersion })).code).toBe(0);
    },
  );

  it('a port that is taken, with the setting that changes it', async () => {
    const output =
      'Error response from daemon: driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:3000 failed: port is already allocated';
    const { code, err } = await start([], {
      ...RUNS,
      looks: [['grafana created none 0 0']],
      upCode: 1,
      upOutput: output,
    });
    expect(code).toBe(1);
    expect(err).toContain('port 3000 is taken by another program');
    expect(err).toContain('set GRAFANA_PORT in');
  });

  it.each([
    'failed to bind host port for 127.0.0.1:4317:172.18.0.3:4317/tcp: address already in use',
    'Ports are not available: exposing port TCP 127.0.0.1:4317 -> 127.0.0.1:0: listen tcp 127.0.0.1:4317: bind: address already in use',
  ])('in the words of other engines: %s', async (output) => {
    const { err } = await start([], {
      ...RUNS,
      looks: [['otel-collector created none 0 0']],
      upCode: 1,
      upOutput: output,
    });
    expect(err).toContain('set OTLP_GRPC_PORT in');
  });

  it('a configuration that containers cannot read', async () => {
    chmodSync(join(repository, 'stack/tempo/tempo.yaml'), 0o600);
    const { code, err } = await start([], RUNS);
    expect(code).toBe(1);
    expect(err).toContain('tempo/tempo.yaml cannot be read by the users of the containers: chmod');
  });

  it('rules', async () => {
    rmSync(join(repository, 'dashboards/generated/prometheus'), { recursive: true });
    expect((await start([], RUNS)).err).toContain('dashboards/generated/prometheus is missing');
  });
});

describe('a start', () => {
  it('says how each service is doing, then where everything is', async () => {
    const outcome = await start([], {
      ...RUNS,
      looks: [
        ['prepare running none 0 0', 'grafana created none 0 0', 'jaeger created none 0 0'],
        ['prepare exited none 0 0', 'grafana created none 0 0', 'jaeger running starting 0 0'],
        HEALTHY,
      ],
    });
    expect(outcome).toMatchObject({ code: 0 });
    for (const line of [/grafana\s+waiting/, /jaeger\s+starting/, /prepare\s+done/, /grafana\s+healthy/])
      expect(outcome.out).toMatch(line);
    expect(outcome.out).toContain('http://localhost:3000');
    expect(outcome.out).toContain('stack/secrets/grafana_admin_password');
    expect(outcome.out).toContain('http://localhost:13133/health');
    expect(outcome.out).not.toContain('Other machines can reach');
  });

  it('makes secrets that nobody else can read, and prints none of them', async () => {
    const { out, err } = await start([], RUNS);
    const folder = join(repository, 'stack/secrets');
    const names = readdirSync(folder);
    expect(names.sort()).toEqual([
      'grafana_admin_password',
      'grafana_secret_key',
      'qdrant_api_key',
      'qdrant_read_only_api_key',
    ]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of names) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
      expect(out + err).not.toContain(readFileSync(join(folder, name), 'utf8'));
    }
  });

  it('keeps the secrets of an earlier one', async () => {
    const file = join(repository, 'stack/secrets/qdrant_api_key');
    await start([], RUNS);
    const first = readFileSync(file, 'utf8');
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    await start([], RUNS);
    expect(readFileSync(file, 'utf8')).toBe(first);
  });

  it.each<[string, FakeDocker, readonly string[]]>([
    [
      'unhealthy',
      { looks: [['grafana running unhealthy 0 0', 'jaeger running healthy 0 0']], upHangs: true },
      ['grafana is not healthy: its health check does not pass'],
    ],
    [
      'ending again and again',
      { looks: [['grafana restarting starting 7 3']], upHangs: true },
      ['grafana is not healthy: it ended 3 times', 'exit code 7'],
    ],
    [
      'one that prepares and fails',
      {
        looks: [['prepare exited none 1 0', 'grafana created none 0 0']],
        upCode: 1,
        upOutput: 'service "prepare" didn\'t complete successfully: exit 1',
      },
      ['prepare is not healthy: it ended with exit code 1'],
    ],
    [
      'dead after the start',
      { looks: [['grafana exited none 3 0']] },
      ['grafana is not healthy: it ended with exit code 3'],
    ],
  ])('names a service that is %s, with its reason and its last lines', async (_, fake, sentences) => {
    const outcome = await start([], {
      ...RUNS,
      lastCheck: 'probe: GET http://127.0.0.1:3000: 503',
      logs: 'line one\nthe reason',
      ...fake,
    });
    expect(outcome.code).toBe(1);
    for (const sentence of sentences) expect(outcome.err).toContain(sentence);
    expect(outcome.err).toContain('Its last check said: probe: GET http://127.0.0.1:3000: 503');
    expect(outcome.err).toContain('  the reason');
    expect(outcome.out).not.toContain('Everything is healthy');
  });

  it('is not misled by what an earlier start left behind', async () => {
    const { code } = await start([], {
      ...RUNS,
      upEndsAfterLook: 1,
      looks: [['prepare exited none 1 0', 'grafana exited none 143 0', 'jaeger exited none 137 0'], HEALTHY],
    });
    expect(code).toBe(0);
  });

  it('gives up after START_TIMEOUT', async () => {
    const outcome = await start(
      [],
      { ...RUNS, looks: [['grafana running starting 0 0']] },
      { environment: { START_TIMEOUT: '1' } },
    );
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain('grafana is not healthy: not ready after 1 s');
  });

  it('says so when other machines can reach it', async () => {
    const { out } = await start([], { ...RUNS, address: '0.0.0.0' });
    expect(out).toContain('Other machines can reach this stack');
    expect(out).toContain('http://localhost:3000');
  });

  it('adds the plugin when it is built', async () => {
    expect((await start([], RUNS)).calls.join('\n')).not.toContain('compose.plugin.yaml');
    mkdirSync(join(repository, 'packages/grafana-app/dist'), { recursive: true });
    writeFileSync(join(repository, 'packages/grafana-app/dist/plugin.json'), '{}');
    expect((await start([], RUNS)).calls.join('\n')).toContain('compose.plugin.yaml');
  });
});

describe('options', () => {
  it('--with-apps starts the example services, and says where they are', async () => {
    const some = await start(['--with-apps'], { ...RUNS, appServices: 'llm-router' });
    expect(some.code).toBe(0);
    expect(
      some.calls.filter((call) => / up /.test(call)).every((call) => call.includes('--profile apps')),
    ).toBe(true);
    expect(some.out).toMatch(/llm-router +http:\/\/localhost:8001 +example service/);
  });

  it.each([
    ['no', 'no\n'],
    ['nothing', ''],
    ['y', 'y\n'],
  ])('--clean deletes nothing when the answer is %s', async (_, input) => {
    const outcome = await start(['--clean'], RUNS, { input });
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain('nothing was deleted');
    expect(commandsOf(outcome).filter((command) => /^(?:down|up)/.test(command))).toEqual([]);
  });

  it.each([
    ['the answer yes', ['--clean'], 'yes\n'],
    ['--yes', ['--clean', '--yes'], ''],
  ])('--clean deletes the data and starts, with %s', async (_, args, input) => {
    const outcome = await start(args, RUNS, { input });
    expect(outcome.code).toBe(0);
    const changes = commandsOf(outcome).filter((command) => /^(?:down|up)/.test(command));
    expect(changes).toEqual([
      'down --remove-orphans --volumes',
      'up --no-start --remove-orphans',
      'up --detach --no-build --remove-orphans',
    ]);
    expect(existsSync(join(repository, 'stack/secrets/qdrant_api_key'))).toBe(true);
  });

  it('--down stops everything and keeps the data', async () => {
    const outcome = await start(['--down'], RUNS);
    expect(outcome.code).toBe(0);
    expect(commandsOf(outcome).filter((command) => /^(?:down|up)/.test(command))).toEqual([
      'down --remove-orphans',
    ]);
    expect(outcome.calls.find((call) => / down /.test(call))).toContain('--profile apps');
  });

  it.each([['--help'], ['-h']])('%s needs no docker', async (option) => {
    const { code, out } = await start([option], undefined);
    expect(code).toBe(0);
    for (const name of ['--with-apps', '--clean', '--down', '--yes']) expect(out).toContain(name);
  });

  it.each([
    [['--with-app'], "unknown option '--with-app'"],
    [['--yes'], '--clean is not there'],
    [['--clean', ''], "unknown option ''"],
  ])('%j is refused', async (args, sentence) => {
    const outcome = await start(args, RUNS);
    expect(outcome.code).toBe(2);
    expect(outcome.err).toContain(sentence);
    expect(outcome.calls).toEqual([]);
  });

  it.each(['0', 'soon', '-3'])('START_TIMEOUT=%s is refused', async (value) => {
    const { code, err } = await start([], RUNS, { environment: { START_TIMEOUT: value } });
    expect(code).toBe(2);
    expect(err).toContain(`got '${value}'`);
  });
});
