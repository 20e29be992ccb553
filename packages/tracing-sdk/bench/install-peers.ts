/** Brings what is compared: `npm ci` in each peer's folder, and our own built package beside them. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { BENCH_FOLDER } from './child.ts';
import type { PeerName } from './options.ts';
import { peerFolder, peerPackage } from './peers.ts';

const PACKAGE_FOLDER = join(BENCH_FOLDER, '..');

/**
 * @param say one line of progress
 * @throws Error with npm's own words when a step fails
 */
export function installPeers(peers: readonly PeerName[], say: (line: string) => void): void {
  const missing = peers.filter((peer) => !isInstalled(peer));
  if (missing.length > 0)
    say(
      `installing ${missing.length} of ${peers.length} peers with \`npm ci\` (first run: about 30 s and 460 MB)`,
    );
  for (const peer of missing) {
    const start = performance.now();
    // Install scripts would fetch binaries that no benchmark needs.
    const arguments_ = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const result = npm(arguments_, peerFolder(peer));
    if (result.status !== 0)
      throw new Error(`npm ci in bench/peers/${peer} failed:\n${result.stderr.trim()}`);
    say(`  ${peer}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  if (peers.includes('uat')) installOurs(say);
}

function isInstalled(peer: PeerName): boolean {
  const lock = join(peerFolder(peer), 'package-lock.json');
  const installed = join(peerFolder(peer), 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  if (peer === 'uat') return true;
  // The pins may have changed since: compare the version asked for with the one that lies there.
  const name = peerPackage(peer);
  const asked = (JSON.parse(readFileSync(lock, 'utf8')) as LockFile).packages[`node_modules/${name}`]
    ?.version;
  const there = (JSON.parse(readFileSync(installed, 'utf8')) as LockFile).packages[`node_modules/${name}`]
    ?.version;
  return asked === there;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { version?: string }>>;
}

/** A copy, not a link: through a link, Node would find the workspace's `@opentelemetry/api`, not the app's. */
function installOurs(say: (line: string) => void): void {
  if (!isBuilt()) {
    say('building @uat/tracing-sdk');
    const result = npm(['run', 'build'], PACKAGE_FOLDER);
    if (result.status !== 0 || !isBuilt())
      throw new Error(
        `npm run build in packages/tracing-sdk failed:\n${result.stderr.trim() || result.stdout.trim()}`,
      );
  }
  const target = join(peerFolder('uat'), 'node_modules', '@uat', 'tracing-sdk');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(join(PACKAGE_FOLDER, 'package.json'), join(target, 'package.json'));
  cpSync(join(PACKAGE_FOLDER, 'dist'), join(target, 'dist'), { recursive: true });
}

/** `dist/` has what an app loads from it, and is younger than every source. */
function isBuilt(): boolean {
  const dist = join(PACKAGE_FOLDER, 'dist');
  const files = ['index.js', 'index.cjs', 'register.js'].map((file) => join(dist, file));
  if (!files.every((file) => existsSync(file))) return false;
  const builtAt = Math.min(...files.map((file) => statSync(file).mtimeMs));
  return globSync(['src/**/*.ts', 'build/**/*.ts', 'tsup.config.ts', 'package.json'], { cwd: PACKAGE_FOLDER })
    .filter((file) => !file.endsWith('.test.ts'))
    .every((file) => statSync(join(PACKAGE_FOLDER, file)).mtimeMs <= builtAt);
}

function npm(args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const env: NodeJS.ProcessEnv = { ...process.env };
  // Inside `npm run -w`, npm tells its children about the workspace; these folders are none.
  for (const name of Object.keys(env)) {
    if (/^npm_(config_(local_prefix|prefix|workspace)|package_|lifecycle_)/i.test(name)) delete env[name];
  }
  env.PATH = `${dirname(process.execPath)}${delimiter}${env.PATH ?? ''}`;
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js')
    ? spawnSync(process.execPath, [cli, ...args], { cwd, env, encoding: 'utf8' })
    : spawnSync('npm', args, { cwd, env, encoding: 'utf8', shell: process.platform === 'win32' });
}
