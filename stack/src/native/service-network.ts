import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every name of the stack resolves, as in the compose network; what is not started refuses connections at once. */
export const SERVICE_NAMES = [
  'otel-collector',
  'jaeger',
  'tempo',
  'prometheus',
  'alertmanager',
  'grafana',
  'qdrant',
  'app',
  'typescript-service',
  'llm-router',
  'websocket-service',
] as const;
/** The places for programs that are not in compose.yaml. */
export const APP_NAMES = ['app', 'typescript-service', 'llm-router', 'websocket-service'] as const;
export type AppName = (typeof APP_NAMES)[number];

export type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * `namespaces`: each service has a network of its own, with the ports and names of the compose file. `loopback`: where that
 * is not permitted, each has an address of its own on loopback, and the configuration is a copy with these addresses.
 */
export type NetworkKind = 'namespaces' | 'loopback';

/** Set by `scripts/test-stack.mjs`, which runs all of the tests inside a namespace that holds everything made here. */
const KIND = 'UAT_STACK_NETWORK';

export interface ServiceNetwork {
  readonly kind: NetworkKind;
  /** Reachable from the test as well. */
  address(name: ServiceName): string;
  /** What services call it: its name, where names resolve. */
  host(name: ServiceName): string;
  /** The command that runs `script`, a shell script, where the service is. */
  within(name: ServiceName, script: string): readonly [string, readonly string[]];
  remove(): void;
}

/** @param folder for the hosts file; the caller's to remove */
export function createServiceNetwork(folder: string): ServiceNetwork {
  const kind = process.env[KIND];
  if (kind === 'namespaces') return new NamespaceNetwork(folder);
  if (kind === 'loopback') return new LoopbackNetwork();
  throw new Error(
    `The stack's programs run inside a network namespace of their own: start the tests with 'npm run test:stack -- <files>'.`,
  );
}

let networks = 0;

class NamespaceNetwork implements ServiceNetwork {
  readonly kind = 'namespaces';
  readonly #id = `${process.pid}n${++networks}`;
  readonly #third = networks % 250;
  readonly #hosts: string;
  readonly #resolver: string;

  constructor(folder: string) {
    this.#hosts = join(folder, 'hosts');
    this.#resolver = join(folder, 'resolv.conf');
    mkdirSync(folder, { recursive: true });
    const names = SERVICE_NAMES.map((name) => `${this.address(name)} ${name}\n`);
    writeFileSync(this.#hosts, `127.0.0.1 localhost\n${names.join('')}`);
    // No name server: a name that the hosts file does not have fails at once, and is asked of nobody.
    writeFileSync(this.#resolver, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
    ip('link', 'add', this.#bridge, 'type', 'bridge');
    ip('addr', 'add', `10.77.${this.#third}.1/24`, 'dev', this.#bridge);
    ip('link', 'set', this.#bridge, 'up');
    for (const name of SERVICE_NAMES) {
      const namespace = this.#namespace(name);
      const port = `v${SERVICE_NAMES.indexOf(name)}-${this.#id}`;
      ip('netns', 'add', namespace);
      ip('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      ip('link', 'set', port, 'master', this.#bridge, 'up');
      ip('-n', namespace, 'addr', 'add', `${this.address(name)}/24`, 'dev', 'eth0');
      ip('-n', namespace, 'link', 'set', 'eth0', 'up');
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
    }
  }

  get #bridge(): string {
    return `br${this.#id}`;
  }

  #namespace(name: ServiceName): string {
    return `${name}-${this.#id}`;
  }

  address(name: ServiceName): string {
    return `10.77.${this.#third}.${SERVICE_NAMES.indexOf(name) + 2}`;
  }

  host(name: ServiceName): string {
    return name;
  }

  within(name: ServiceName, script: string): readonly [string, readonly string[]] {
    // `ip netns exec` makes a mount namespace as well: these mounts are seen by this one program.
    const files = `mount --bind ${this.#hosts} /etc/hosts && mount --bind ${this.#resolver} /etc/resolv.conf`;
    return ['ip', ['netns', 'exec', this.#namespace(name), 'sh', '-ec', `${files}\n${script}`]];
  }

  remove(): void {
    for (const name of SERVICE_NAMES) ip('netns', 'del', this.#namespace(name));
    ip('link', 'del', this.#bridge);
  }
}

class LoopbackNetwork implements ServiceNetwork {
  readonly kind = 'loopback';

  address(name: ServiceName): string {
    return `127.0.77.${SERVICE_NAMES.indexOf(name) + 2}`;
  }

  host(name: ServiceName): string {
    return this.address(name);
  }

  within(_name: ServiceName, script: string): readonly [string, readonly string[]] {
    return ['sh', ['-ec', script]];
  }

  remove(): void {}
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
