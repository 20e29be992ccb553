import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildComposeLoader, type ComposeLoader } from './compose-loader.ts';
import { bindMounts, namedVolumes, violationsOf } from './service-rules.ts';
import { COMPOSE_FILES, composeServices, readYaml, STACK_FOLDER, type Tree } from './stack-files.ts';

const services = composeServices();
const core: Record<string, Tree> = readYaml('compose.yaml').services;

const loader = buildComposeLoader();
if (typeof loader === 'string') console.warn(`Skipped, what Compose itself says of the files: ${loader}.`);
else afterAll(() => loader.remove());

describe.skipIf(typeof loader === 'string')('read by the library of Docker Compose', () => {
  const { load } = loader as ComposeLoader;
  const path = (file: string) => join(STACK_FOLDER, file);
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'compose-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['what start.sh starts', ['compose.yaml', 'compose.apps.yaml'], ''],
    ['with the plugin', ['compose.yaml', 'compose.apps.yaml', 'compose.plugin.yaml'], ''],
    ['with the example services', ['compose.yaml', 'compose.apps.yaml'], 'apps'],
    ['compose.yaml by itself', ['compose.yaml'], ''],
  ])('%s', (_, files, profiles) => {
    const { project, error } = load(files.map(path), { COMPOSE_PROFILES: profiles });
    expect(error).toBeUndefined();
    expect(project.name).toBe('uat-tracing');
    expect(Object.keys(project.services)).toEqual(expect.arrayContaining(Object.keys(core)));
  });

  it('settings reach the services, and what is not set keeps the default of the component', () => {
    const environment = {
      BIND_ADDRESS: '0.0.0.0',
      GRAFANA_PORT: '3333',
      BASELINE_PERCENT: '10',
      COLLECTOR_MEMORY: '1G',
    };
    const { services: loaded } = load([path('compose.yaml')], environment).project;
    expect(loaded.grafana.ports).toMatchObject([{ host_ip: '0.0.0.0', published: '3333', target: 3000 }]);
    expect(loaded['otel-collector'].environment).toMatchObject({ BASELINE_PERCENT: '10' });
    expect(loaded['otel-collector'].environment.QUEUE_SPANS ?? null).toBeNull();
    expect(Number(loaded['otel-collector'].deploy.resources.limits.memory)).toBe(2 ** 30);
  });

  it('without settings nothing is published but on loopback', () => {
    const { services: loaded } = load([path('compose.yaml')]).project;
    const ports = Object.values<Tree>(loaded).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(10);
    expect(ports.filter((port) => port.host_ip !== '127.0.0.1')).toEqual([]);
  });

  it.each<[string, (file: Tree) => unknown]>([
    ['an unknown key', (file) => Object.assign(file.services.tempo, { imaeg: 'x' })],
    ['a list where a text belongs', (file) => Object.assign(file.services.tempo, { image: ['x'] })],
    [
      'a service that waits for none',
      (file) => Object.assign(file.services.tempo.depends_on, { loki: { condition: 'service_healthy' } }),
    ],
    ['a volume that is not declared', (file) => file.services.tempo.volumes.push('nowhere:/x')],
  ])('refuses %s', (_, spoil) => {
    const file = readYaml('compose.yaml');
    spoil(file);
    const spoilt = join(folder, 'compose.yaml');
    writeFileSync(spoilt, JSON.stringify(file));
    expect(load([spoilt]).error).toBeTruthy();
  });
});

describe('every service keeps the rules', () => {
  it.each(Object.keys(services))('%s', (name) => {
    expect(violationsOf(name, services[name])).toEqual([]);
  });

  it.each<[string, Tree]>([
    ['no pinned version', { image: 'grafana/tempo:latest' }],
    ['no version', { image: 'grafana/tempo' }],
    ['no health check', { healthcheck: undefined }],
    ['a health check by a shell', { healthcheck: { test: ['CMD-SHELL', 'wget x'] } }],
    ['a dependency on start', { depends_on: ['jaeger'] }],
    ['a dependency on start, long', { depends_on: { jaeger: { condition: 'service_started' } } }],
    ['no limits', { deploy: { resources: { reservations: { cpus: '1', memory: '1M' } } } }],
    ['no reservations', { deploy: { resources: { limits: { cpus: '1', memory: '1M', pids: 1 } } } }],
    ['no log rotation', { logging: { driver: 'json-file' } }],
    ['no restart', { restart: 'on-failure' }],
    ['root', { user: '0:0' }],
    ['whoever the image says', { user: undefined }],
    ['capabilities', { cap_drop: [] }],
    ['a capability', { cap_add: ['NET_ADMIN'] }],
    ['privileges', { privileged: true }],
    ['new privileges', { security_opt: [] }],
    ['a writable root', { read_only: false }],
    ['the host network', { network_mode: 'host' }],
    ['a port on every address', { ports: ['3200:3200'] }],
    ['a port on every address, spelled out', { ports: ['0.0.0.0:3200:3200'] }],
    ['a port that is always local', { ports: ['127.0.0.1:3200:3200'] }],
    ['a host folder in the short form', { volumes: ['./x:/x'] }],
    ['a writable host folder', { volumes: [{ type: 'bind', source: './x', target: '/x' }] }],
    ['a build that may be pulled', { build: '.', pull_policy: 'missing' }],
  ])('a service is refused with %s', (_, change) => {
    expect(violationsOf('tempo', { ...services.tempo, ...change })).not.toEqual([]);
  });
});

describe('what is mounted', () => {
  const mounts = COMPOSE_FILES.filter((file) => file !== 'compose.plugin.yaml').flatMap((file) =>
    Object.values<Tree>(readYaml(file).services ?? {}).flatMap(bindMounts),
  );

  it.each(
    [...new Set(mounts.map((mount) => mount.source as string))].filter((source) => source !== './secrets'),
  )('%s exists', (source) => {
    expect(existsSync(join(STACK_FOLDER, source))).toBe(true);
  });

  it('no folder lies within a folder that is mounted read-only: the engine could not make it', () => {
    for (const [name, service] of Object.entries(services)) {
      const targets = bindMounts(service).map((mount) => mount.target as string);
      const all = [...targets, ...namedVolumes(service).map((volume) => volume.target)];
      const nested = all.filter((inner) => targets.some((outer) => inner.startsWith(`${outer}/`)));
      expect(nested, name).toEqual([]);
    }
  });

  it('files that commands and the environment name are mounted', () => {
    const inside = (name: string, path: string): string | undefined => {
      const mount = bindMounts(core[name]).find(({ target }) => path.startsWith(`${target}/`));
      return mount && join(STACK_FOLDER, mount.source, path.slice(mount.target.length));
    };
    const named = Object.entries(core).flatMap(([name, service]) =>
      [...(service.command ?? []), ...(service.entrypoint ?? [])]
        .flatMap((argument: string) => /(\/[\w./-]+\.(?:ya?ml|json|sh))$/.exec(argument)?.slice(1) ?? [])
        .map((path: string) => [name, path] as const),
    );
    expect(named.map(([name]) => name).sort()).toEqual(
      ['alertmanager', 'jaeger', 'otel-collector', 'prepare', 'prometheus', 'qdrant', 'tempo'].sort(),
    );
    for (const [name, path] of named)
      expect(existsSync(inside(name, path) ?? ''), `${name}: ${path}`).toBe(true);
    expect(readYaml('prometheus/prometheus.yml').rule_files).toEqual(
      bindMounts(core.prometheus)
        .filter(({ source }) => source === '../dashboards/generated/prometheus')
        .map(({ target }) => `${target}/*.yml`),
    );
    const { path } = readYaml('grafana/provisioning/dashboards/dashboards.yaml').providers[0].options;
    const generated = bindMounts(core.grafana).find(({ source }) => source === '../dashboards/generated');
    expect(path).toBe(`${generated.target}/grafana`);
  });

  it('every named volume is declared and used', () => {
    const used = Object.values(services).flatMap((service) => namedVolumes(service).map(({ name }) => name));
    expect([...new Set(used)].sort()).toEqual(Object.keys(readYaml('compose.yaml').volumes).sort());
  });

  it('every service that keeps data keeps it in a volume of its own', () => {
    const kept = Object.entries(core)
      .filter(([name]) => name !== 'prepare')
      .map(([name, service]) => [
        name,
        namedVolumes(service)
          .filter(({ readOnly }) => !readOnly)
          .map(({ name: volume }) => volume),
      ]);
    expect(kept.every(([, volumes]) => (volumes?.length ?? 0) > 0)).toBe(true);
    const all = kept.flatMap(([, volumes]) => volumes as string[]);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('the plan of prepare', () => {
  const plan: Tree = readYaml('probe/plan/prepare.json');
  const prepared = new Map(namedVolumes(core.prepare).map(({ name, target }) => [target, name]));
  /** Who mounts a volume, but for `prepare`. */
  const usersOf = (volume: string | undefined, readOnly: boolean) =>
    Object.entries(services)
      .filter(([name]) => name !== 'prepare')
      .filter(([, service]) =>
        namedVolumes(service).some((mount) => mount.name === volume && mount.readOnly === readOnly),
      )
      .map(([, service]) => service.user);

  it('hands every data volume to the user of the service that writes to it', () => {
    for (const { path, uid, gid } of plan.directories)
      expect(usersOf(prepared.get(path), false), path).toEqual([`${uid}:${gid}`]);
    const written = Object.entries(core)
      .filter(([name]) => name !== 'prepare')
      .flatMap(([, service]) =>
        namedVolumes(service)
          .filter(({ readOnly }) => !readOnly)
          .map(({ name }) => name),
      );
    expect(plan.directories.map(({ path }: Tree) => prepared.get(path)).sort()).toEqual(written.sort());
  });

  it('hands every secret to the user of the service that reads it, and to no other', () => {
    for (const { to, uid, gid } of plan.secrets) {
      const volume = prepared.get(to.slice(0, to.lastIndexOf('/')));
      expect(usersOf(volume, true), to).toEqual([`${uid}:${gid}`]);
    }
  });

  it('covers every secret that a configuration names', () => {
    const texts = [
      ...Object.entries(services).map(([name, service]) => [name, JSON.stringify(service)] as const),
      ['prometheus', JSON.stringify(readYaml('prometheus/prometheus.yml'))] as const,
    ];
    const wanted = texts.flatMap(([name, text]) =>
      [...text.matchAll(/\/run\/secrets\/(\w+)/g)].map(([, secret]) => `${name}-secrets/${secret}`),
    );
    expect(wanted.length).toBeGreaterThan(2);
    const given = plan.secrets.map(({ to }: Tree) => to.replace('/volumes/', ''));
    for (const secret of wanted) expect(given).toContain(secret);
  });

  it('puts the probe where the health checks call it', () => {
    const volume = prepared.get(plan.probe.slice(0, plan.probe.lastIndexOf('/')));
    for (const [name, service] of Object.entries(services)) {
      if (service.healthcheck === undefined) continue;
      const mount = namedVolumes(service).find((candidate) => candidate.name === volume);
      expect(service.healthcheck.test[1], name).toBe(`${mount?.target}/probe`);
      expect(mount?.readOnly, name).toBe(true);
    }
  });
});

describe('an example service', () => {
  const apps: [string, Tree][] = Object.entries(readYaml('compose.apps.yaml').services);

  it.each(apps)(
    '%s starts with the profile alone, and is built from a Dockerfile that exists',
    (_, service) => {
      expect(service.profiles).toEqual(['apps']);
      const { context, dockerfile } = service.build;
      expect(existsSync(join(STACK_FOLDER, context, dockerfile))).toBe(true);
      expect(existsSync(join(STACK_FOLDER, context, '.dockerignore'))).toBe(true);
    },
  );

  it.each(apps)('%s sends to the Collector, which decides what is kept', (name, service) => {
    expect(service.environment).toMatchObject({
      OTEL_SERVICE_NAME: name,
      UAT_TRACING_PRESET: 'collector',
      OTEL_EXPORTER_OTLP_ENDPOINT: expect.stringMatching(/^(http:\/\/)?otel-collector:431[78]$/),
    });
    expect(service.depends_on['otel-collector']).toEqual({ condition: 'service_healthy' });
  });

  it.each(apps)('%s has no secret in its environment', (_, service) => {
    const secret = Object.keys(service.environment).filter((key) => /KEY|TOKEN|PASSWORD/.test(key));
    expect(secret.filter((key) => !key.endsWith('_FILE'))).toEqual([]);
  });

  it.each([
    [
      'typescript-service',
      8000,
      {
        OTEL_SERVICE_NAME: 'typescript-service',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4318',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      },
    ],
    [
      'llm-router',
      8001,
      {
        OTEL_SERVICE_NAME: 'llm-router',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4317',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        QDRANT_URL: 'http://qdrant:6333',
      },
    ],
    [
      'websocket-service',
      8080,
      {
        OTEL_SERVICE_NAME: 'websocket-service',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'otel-collector:4317',
        OTEL_EXPORTER_OTLP_INSECURE: 'true',
      },
    ],
  ])('%s is there, on port %i, with the variables of the brief', (name, port, environment) => {
    const service = Object.fromEntries(apps)[name] as Tree;
    expect(service.environment).toMatchObject(environment);
    expect(service.ports.map((published: string) => Number(published.split(':').at(-1)))).toEqual([port]);
  });

  it('where the page and its WebSocket are published, they expect each other', () => {
    const { 'typescript-service': page, 'websocket-service': socket } = Object.fromEntries(apps) as Record<
      string,
      Tree
    >;
    const published = ({ ports }: Tree): string => /(\$\{\w+_PORT:-\d+\})/.exec(ports[0])?.[1] as string;
    expect(page?.environment.PUBLIC_WEBSOCKET_URL).toBe(`ws://localhost:${published(socket as Tree)}/ws`);
    const origins = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${published(page as Tree)}`);
    expect(socket?.environment.ALLOWED_ORIGINS).toBe(origins.join(','));
  });
});

describe('the ports of the brief', () => {
  it.each([
    ['otel-collector', [4317, 4318, 8888, 13133]],
    ['tempo', [4320]],
    ['jaeger', [16686]],
    ['prometheus', [9090]],
    ['grafana', [3000]],
    ['qdrant', [6333, 6334]],
  ])('%s: %j', (name, ports) => {
    const published = core[name].ports.map((port: string) => Number(port.split(':').at(-1)));
    expect(published).toEqual(expect.arrayContaining(ports));
  });

  it('no port is given twice', () => {
    const all = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(new Set(all).size).toBe(all.length);
  });
});
