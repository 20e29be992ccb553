import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.mjs';
import { Failure, ROOT } from './repository.mjs';

export const ROUTER_FOLDER = join(ROOT, 'examples/rust-llm-router');
export const WEBSOCKET_FOLDER = join(ROOT, 'examples/go-websocket-service');

const CACHE =
  process.env.UAT_STACK_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'uat-tracing');
/** Cargo's own; shared by the program and its tests, so that what both need is compiled once. */
export const CARGO_TARGET_DIR = join(CACHE, 'cargo-target');
const GO_PROGRAMS = join(CACHE, 'examples');

const EXTENSION = process.platform === 'win32' ? '.exe' : '';

/** Where `buildExamples` puts the programs of the Rust and the Go example. */
export const EXAMPLE_PROGRAMS = {
  router: join(CARGO_TARGET_DIR, 'debug', `llm-router${EXTENSION}`),
  websocketService: join(GO_PROGRAMS, `websocket-service${EXTENSION}`),
  websocketLoad: join(GO_PROGRAMS, `websocket-load${EXTENSION}`),
};

const TOOLCHAINS = [
  {
    name: 'Rust',
    command: ['cargo', '--version'],
    version: /(\d+)\.(\d+)/,
    wanted: () => /^rust-version = "(\d+)\.(\d+)/m.exec(read(ROUTER_FOLDER, 'Cargo.toml')),
    from: 'https://rustup.rs',
  },
  {
    name: 'Go',
    // Outside of a module: an old Go refuses to answer at all in one that asks for a newer.
    command: ['go', 'env', 'GOVERSION'],
    version: /go(\d+)\.(\d+)/,
    wanted: () => /^go (\d+)\.(\d+)/m.exec(read(WEBSOCKET_FOLDER, 'go.mod')),
    from: 'https://go.dev/dl/',
    // From there on it fetches the newer Go itself.
    fetchesFrom: [1, 21],
  },
];

/** @param {string} folder @param {string} file */
const read = (folder, file) => readFileSync(join(folder, file), 'utf8');

/** @returns {string | undefined} in a sentence what is missing to build the examples; undefined when nothing is */
export function toolchainProblem() {
  const problems = TOOLCHAINS.flatMap(
    ({ name, command: [file = '', ...args], version, wanted, from, fetchesFrom }) => {
      const needed = (wanted() ?? []).slice(1).map(Number);
      const { stdout, error } = spawnSync(file, args, { encoding: 'utf8', cwd: homedir() });
      const advice = `install ${name} ${needed.join('.')} or newer (${from})`;
      if (error !== undefined || stdout === null) return [`${name} is missing: ${advice}`];
      const found = (version.exec(stdout) ?? []).slice(1).map(Number);
      if (found.length === 0) return [`'${file} ${args.join(' ')}' does not say its version: ${advice}`];
      if (!isOlder(found, needed)) return [];
      if (fetchesFrom !== undefined && !isOlder(found, fetchesFrom) && process.env.GOTOOLCHAIN !== 'local')
        return [];
      return [`${name} ${found.join('.')} is too old: ${advice}`];
    },
  );
  return problems.length === 0 ? undefined : `${problems.join('; ')}.`;
}

/** @param {readonly number[]} found @param {readonly number[]} needed */
function isOlder([major = 0, minor = 0], [neededMajor = 0, neededMinor = 0]) {
  return major < neededMajor || (major === neededMajor && minor < neededMinor);
}

/**
 * Builds the examples in Rust and Go; quickly when nothing has changed.
 *
 * @param {{ tests?: boolean }} [options] `tests`: what their tests and linters need too, so that these run without a network
 * @returns {Promise<typeof EXAMPLE_PROGRAMS>}
 */
export async function buildExamples({ tests = false } = {}) {
  const problem = toolchainProblem();
  if (problem !== undefined) throw new Failure(problem);
  mkdirSync(GO_PROGRAMS, { recursive: true });
  const manifest = ['--locked', '--manifest-path', join(ROUTER_FOLDER, 'Cargo.toml')];
  await step('the LLM router (Rust)', EXAMPLE_PROGRAMS.router, ['cargo', 'build', ...manifest]);
  await step('the WebSocket service (Go)', EXAMPLE_PROGRAMS.websocketService, [
    ...['go', '-C', WEBSOCKET_FOLDER, 'build', '-mod=readonly', '-trimpath', '-buildvcs=false'],
    ...['-o', `${GO_PROGRAMS}/`, './...'],
  ]);
  if (tests) {
    await step('what the tests of the router need', '', ['cargo', 'test', '--no-run', ...manifest]);
    if (hasClippy()) await step('what clippy needs', '', ['cargo', 'clippy', '--all-targets', ...manifest]);
    // No test is named so: it compiles them all.
    const compile = ['go', '-C', WEBSOCKET_FOLDER, 'test', '-race', '-run', '^$', './...'];
    if (hasRaceDetector()) await step('what the tests of the WebSocket service need', '', compile);
  }
  return EXAMPLE_PROGRAMS;
}

/** It is a part of Rust that may be left out. */
export function hasClippy() {
  return spawnSync('cargo', ['clippy', '--version']).status === 0;
}

/** Go's race detector needs a C compiler. */
export function hasRaceDetector() {
  const { stdout } = spawnSync('go', ['env', 'CC'], { encoding: 'utf8' });
  return spawnSync(stdout.trim(), ['--version']).status === 0;
}

/**
 * @param {string} what
 * @param {string} product a file; when it is missing, the build takes minutes
 * @param {readonly string[]} command
 */
async function step(what, product, [file = '', ...args]) {
  const started = performance.now();
  if (product === '' || !existsSync(product))
    console.log(`Building ${what}${product === '' ? '' : ' (once; minutes the first time)'}.`);
  const code = await run(file, args, { env: { CARGO_TARGET_DIR }, quiet: true });
  if (code !== 0) throw new Failure(`${what} could not be built (code ${code}); what was said is above.`);
  const seconds = Math.round((performance.now() - started) / 1000);
  if (seconds >= 5) console.log(`Built ${what} in ${seconds} s.`);
}
