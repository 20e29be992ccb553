import type { Tree } from './stack-files.ts';

/** Services that run as root, and why. */
const ROOT: Readonly<Record<string, string>> = {
  prepare: 'hands volumes and secrets to their users, which only root may',
};

/** Capabilities that a service may take back, and why. */
const CAPABILITIES: Readonly<Record<string, readonly string[]>> = {
  // CHOWN: to hand over. DAC_OVERRIDE: to read secrets of the host's user, and folders of 0700. FOWNER: to replace them.
  prepare: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
};

const PORT = /^\$\{BIND_ADDRESS:-127\.0\.0\.1\}:\$\{[A-Z_]+_PORT:-(\d+)\}:(\d+)$/;
const PINNED_IMAGE = /^[a-z0-9./_-]+:v?\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/;
const CONDITIONS = ['service_healthy', 'service_completed_successfully'];

/**
 * What a service of the compose files lacks of what the stack promises of every one.
 *
 * @param service as read from the file, anchors resolved, variables not
 * @returns sentences, none when it keeps all the rules
 */
export function violationsOf(name: string, service: Tree): string[] {
  const found: string[] = [];
  const expect = (holds: boolean, rule: string) => {
    if (!holds) found.push(`${name}: ${rule}`);
  };
  const runsOnce = service.restart === 'no';
  const limits = service.deploy?.resources?.limits ?? {};
  const reservations = service.deploy?.resources?.reservations ?? {};

  expect(service.image !== undefined || service.build !== undefined, 'has an image or a build');
  if (service.image !== undefined)
    expect(PINNED_IMAGE.test(service.image), `image '${service.image}' has a pinned version`);
  // Without it Compose asks Docker Hub for the name of an image that is ours, and takes what a stranger put there.
  if (service.build !== undefined) expect(service.pull_policy === 'build', 'what is built is never pulled');

  if (runsOnce) expect(service.healthcheck === undefined, 'a service that ends has no health check');
  else {
    expect(service.restart === 'unless-stopped', 'restarts unless stopped');
    expect(Array.isArray(service.healthcheck?.test), 'has a health check');
    expect(service.healthcheck?.test?.[0] === 'CMD', 'its health check needs no shell');
    for (const key of ['interval', 'timeout', 'retries', 'start_period'])
      expect(service.healthcheck?.[key] !== undefined, `its health check has ${key}`);
    expect(service.stop_grace_period !== undefined, 'has a stop_grace_period');
  }
  expect(!Array.isArray(service.depends_on), 'depends_on has conditions');
  for (const [other, dependency] of Object.entries<Tree>(service.depends_on ?? {}))
    expect(
      CONDITIONS.includes(dependency?.condition),
      `waits for ${other} to be healthy or done, not to start`,
    );

  for (const key of ['cpus', 'memory', 'pids']) expect(limits[key] !== undefined, `has a limit of ${key}`);
  for (const key of ['cpus', 'memory'])
    expect(reservations[key] !== undefined, `has a reservation of ${key}`);
  expect(service.logging?.driver === 'json-file', 'logs to json-file');
  for (const key of ['max-size', 'max-file'])
    expect(typeof service.logging?.options?.[key] === 'string', `its logs have a ${key}`);

  const isRoot = service.user === undefined || /^(?:0|root)(?::|$)/.test(String(service.user));
  expect(!isRoot || name in ROOT, 'does not run as root');
  expect(service.privileged === undefined, 'is not privileged');
  expect(service.network_mode !== 'host' && service.pid === undefined, 'stays in its own namespaces');
  expect(service.cap_drop?.includes('ALL') === true, 'drops all capabilities');
  expect(
    (service.cap_add ?? []).every((capability: string) => CAPABILITIES[name]?.includes(capability)),
    'takes back no capability without a reason',
  );
  expect(service.security_opt?.includes('no-new-privileges:true') === true, 'gains no privileges');
  expect(service.read_only === true, 'has a read-only root');

  for (const port of service.ports ?? []) {
    const [, published, target] = PORT.exec(String(port)) ?? [];
    expect(
      published !== undefined,
      `port '${port}' is bound to \${BIND_ADDRESS:-127.0.0.1} and has a setting`,
    );
    expect(published === target, `port '${port}' has the same number inside and outside`);
  }
  for (const mount of bindMounts(service)) {
    expect(mount.read_only === true, `${mount.source} is mounted read-only`);
    // With `create_host_path: false` Compose takes another way of mounting, which knows no labels.
    const labelled = mount.bind?.selinux === 'z' && mount.bind.create_host_path !== false;
    expect(labelled, `${mount.source} can be read where SELinux is on`);
  }
  const short = (service.volumes ?? []).filter((volume: Tree) => typeof volume === 'string');
  for (const volume of short) expect(!/^[./~]/.test(volume), `'${volume}' is written in the long form`);
  return found;
}

export function bindMounts(service: Tree): Tree[] {
  return (service.volumes ?? []).filter((volume: Tree) => volume?.type === 'bind');
}

/** Named volumes, with where they are mounted: `probe:/probe:ro`. */
export function namedVolumes(service: Tree): { name: string; target: string; readOnly: boolean }[] {
  return (service.volumes ?? [])
    .filter((volume: Tree) => typeof volume === 'string')
    .map((volume: string) => {
      const [name = '', target = '', mode] = volume.split(':');
      return { name, target, readOnly: mode === 'ro' };
    });
}
