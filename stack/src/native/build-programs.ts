import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODULES, type ModuleName, moduleFolder, moduleVersion, type ProgramName } from './programs.ts';

/** A build that cannot be, told in one sentence. */
export class BuildFailure extends Error {}

export interface BuildOptions {
  /** Default: all. */
  readonly modules?: readonly ModuleName[];
  /** Default: `UAT_STACK_CACHE`, else `uat-tracing` in the user's cache folder. */
  readonly cache?: string;
  readonly say?: (line: string) => void;
}

const DAY = 86_400_000;

/**
 * Builds what the cache does not hold yet. A build is made in a folder of its own and moved to its place when it is whole:
 * two at once both end well, and one that is cut off leaves nothing that looks finished.
 *
 * @returns the path of each program
 * @throws BuildFailure when Go is missing or too old, or a build fails; with what to do
 */
export async function buildPrograms(options: BuildOptions = {}): Promise<Record<ProgramName, string>> {
  const { modules = Object.keys(MODULES) as ModuleName[], cache = defaultCache(), say = () => {} } = options;
  const paths: Record<string, string> = {};
  for (const name of modules) {
    const place = join(cache, cacheKey(name));
    if (!existsSync(place)) await build(name, place, cache, say);
    for (const program of MODULES[name].programs) paths[program] = join(place, program);
  }
  return paths as Record<ProgramName, string>;
}

/** @returns the path of a program that has been built; throws a BuildFailure when it has not */
export function builtProgram(program: ProgramName, cache = defaultCache()): string {
  const name = (Object.keys(MODULES) as ModuleName[]).find((each) =>
    (MODULES[each].programs as readonly string[]).includes(program),
  )!;
  const path = join(cache, cacheKey(name), program);
  if (existsSync(path)) return path;
  throw new BuildFailure(`${program} ${moduleVersion(name)} is not built yet: run 'npm run test:stack'`);
}

export function defaultCache(): string {
  if (process.env.UAT_STACK_CACHE) return process.env.UAT_STACK_CACHE;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'uat-tracing');
}

/** Program, version, and a digest of all that the build is made from: a changed `main.go` is another program. */
function cacheKey(name: ModuleName): string {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  const folder = moduleFolder(name);
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  hash.update(JSON.stringify(MODULES[name].tags));
  return `${name}-${moduleVersion(name)}-${hash.digest('hex').slice(0, 12)}`;
}

async function build(
  name: ModuleName,
  place: string,
  cache: string,
  say: (line: string) => void,
): Promise<void> {
  const { packages, tags } = MODULES[name];
  const version = moduleVersion(name);
  await requireGo(name);
  mkdirSync(cache, { recursive: true });
  removeLeftovers(cache);
  say(`Building ${name} ${version} (once; minutes the first time).`);
  const started = performance.now();
  const folder = mkdtempSync(join(cache, '.building-'));
  try {
    const flags = [
      '-mod=readonly',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      `-s -w -X main.version=${version}`,
    ];
    if (tags.length > 0) flags.push('-tags', tags.join(','));
    // One package alone would be named after its module, and `.` after the folder.
    const output = packages.length === 1 ? join(folder, MODULES[name].programs[0]) : `${folder}/`;
    const { code, text } = await go(['build', ...flags, '-o', output, ...packages], moduleFolder(name));
    if (code !== 0)
      throw new BuildFailure(`${name} ${version} could not be built; go says:\n${text.slice(-4000)}`);
    try {
      renameSync(folder, place);
    } catch (error) {
      // Another build was first, with the same result.
      if (!existsSync(place)) throw error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`Built ${name} ${version} in ${Math.round((performance.now() - started) / 1000)} s.`);
}

/** What a build left that was cut off. */
function removeLeftovers(cache: string): void {
  for (const entry of readdirSync(cache)) {
    const path = join(cache, entry);
    if (!entry.startsWith('.building-')) continue;
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changed !== undefined && changed < Date.now() - DAY) rmSync(path, { recursive: true, force: true });
  }
}

async function requireGo(name: ModuleName): Promise<void> {
  const wanted = /^go (\d+\.\d+)/m.exec(readFileSync(join(moduleFolder(name), 'go.mod'), 'utf8'))![1]!;
  const advice = `install Go ${wanted} or newer (https://go.dev/dl/) and try again`;
  // Outside of a module, or an old Go refuses to answer at all.
  const { code, text } = await go(['env', '-json', 'GOVERSION', 'GOTOOLCHAIN'], tmpdir()).catch(() => {
    throw new BuildFailure(`Go is missing, which builds ${name} from its sources: ${advice}.`);
  });
  if (code !== 0) throw new BuildFailure(`'go env' failed: ${text.trim()}`);
  const { GOVERSION = '', GOTOOLCHAIN = 'local' } = JSON.parse(text);
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(GOVERSION) ?? []).slice(1).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  // From 1.21 on it fetches the newer Go itself, unless told not to.
  if (minor >= 21 && GOTOOLCHAIN !== 'local') return;
  throw new BuildFailure(`Go ${GOVERSION.replace('go', '')} is too old to build ${name}: ${advice}.`);
}

function go(args: readonly string[], cwd: string): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    // Without cgo the programs are static, and run in a folder that holds nothing else.
    const child = spawn('go', args, {
      cwd,
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    const add = (chunk: Buffer): void => {
      text = (text + String(chunk)).slice(-20_000);
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, text }));
  });
}
