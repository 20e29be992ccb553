import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, isMap, isSeq, parseDocument } from 'yaml';
import { SERVICE_NAMES, type ServiceNetwork } from './service-network.ts';

/**
 * All that differs between the shipped configuration and what the tests run, in one place. The files stay as they are;
 * what is changed is a copy, and only where it has to be:
 *
 * - the collector's has no `service_graph`, which cannot be built (a Go module that its version does not publish), and the
 *   memory limit of the container in MiB, because a program without a container sees all of the machine's memory;
 * - Prometheus' scrapes and evaluates every second, so that a test need not wait 15;
 * - without network namespaces, names and listening addresses become addresses on loopback, and paths those of this run.
 */
export interface Overlay {
  /** Of the container, in MiB. */
  readonly memoryLimit: number;
  /** Prometheus' intervals; it has no variables in its file. */
  readonly scrapeInterval: string;
}

/**
 * @param folder a copy of the folder that compose mounts
 * @param change what a test wants otherwise, to measure one against the other
 */
export function overlayCollector(
  folder: string,
  overlay: Overlay,
  change: (config: Document) => void = () => {},
): void {
  edit(join(folder, 'config.yaml'), (config) => {
    config.deleteIn(['connectors', 'service_graph']);
    for (const list of listsIn(config.getIn(['service', 'pipelines']))) {
      list.items = list.items.filter((item) => String(item) !== 'service_graph');
    }
    const limiter = ['processors', 'memory_limiter'];
    const percent = (key: string, fallback: number): number =>
      Number(/:-(\d+)/.exec(String(config.getIn([...limiter, key])))?.[1] ?? fallback);
    config.setIn(
      [...limiter, 'limit_mib'],
      Math.round((percent('limit_percentage', 80) / 100) * overlay.memoryLimit),
    );
    config.setIn(
      [...limiter, 'spike_limit_mib'],
      Math.round((percent('spike_limit_percentage', 20) / 100) * overlay.memoryLimit),
    );
    config.deleteIn([...limiter, 'limit_percentage']);
    config.deleteIn([...limiter, 'spike_limit_percentage']);
    change(config);
  });
}

/** @param folder a copy of the folder that compose mounts */
export function overlayPrometheus(folder: string, overlay: Overlay): void {
  edit(join(folder, 'prometheus.yml'), (config) => {
    config.setIn(['global', 'scrape_interval'], overlay.scrapeInterval);
    config.setIn(['global', 'evaluation_interval'], overlay.scrapeInterval);
  });
}

/**
 * @param folder a copy of a configuration folder
 * @param paths what stands at a path that only a container has, such as `/etc/prometheus/rules`
 */
export function overlayAddresses(
  folder: string,
  own: string,
  network: ServiceNetwork,
  paths: ReadonlyMap<string, string>,
): void {
  for (const entry of readdirSync(folder)) {
    const file = join(folder, entry);
    if (statSync(file).isDirectory() || !/\.ya?ml$/.test(entry)) continue;
    writeFileSync(file, withAddresses(readFileSync(file, 'utf8'), own, network, paths));
  }
}

/** The same for a line of a command. */
export function withAddresses(
  text: string,
  own: string,
  network: ServiceNetwork,
  paths: ReadonlyMap<string, string>,
): string {
  let result = text
    .replaceAll('0.0.0.0:', `${own}:`)
    .replaceAll('host: 0.0.0.0', `host: ${own}`)
    .replaceAll('localhost:9090', `${own}:9090`);
  for (const name of SERVICE_NAMES) {
    result = result.replace(new RegExp(`(?<![\\w.-])${name}:(?=\\d)`, 'g'), `${network.address(name)}:`);
  }
  for (const [from, to] of paths) {
    result = result.replace(new RegExp(`(?<![\\w.])${from}(?=[/}\\s]|$)`, 'gm'), to);
  }
  return result;
}

function edit(file: string, change: (config: Document) => void): void {
  const config = parseDocument(readFileSync(file, 'utf8'));
  change(config);
  writeFileSync(file, config.toString({ lineWidth: 0 }));
}

function listsIn(node: unknown): { items: unknown[] }[] {
  if (isSeq(node)) return [node];
  return isMap(node) ? node.items.flatMap(({ value }) => listsIn(value)) : [];
}
