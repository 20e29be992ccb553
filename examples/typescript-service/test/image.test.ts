/**
 * The image, as far as it can be had without an engine: each line of the Dockerfile is carried out in folders that stand for
 * its stages. What is not seen here: the base image, users, the read-only root.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startQdrantStandIn } from '@uat/qdrant-stand-in';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerignore, type Instruction, readStages } from './dockerfile.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DOCKERFILE = join(ROOT, 'examples/typescript-service/Dockerfile');
const stages = readStages(DOCKERFILE);
const [build = [], final = []] = stages;
const isLeftOut = dockerignore(readFileSync(join(ROOT, '.dockerignore'), 'utf8'));

const all = (stage: readonly Instruction[], name: string): string[] =>
  stage.filter((instruction) => instruction.name === name).map(({ text }) => text);

/** Copies as COPY does: to a folder where the target ends with a slash or there are several sources. */
function copy(from: string, sources: readonly string[], to: string, isKept: (path: string) => boolean): void {
  for (const source of sources) {
    const path = join(from, source);
    const isFolder = statSync(path).isDirectory();
    const target = isFolder || !(to.endsWith('/') || sources.length > 1) ? to : join(to, basename(source));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => statSync(file, { throwIfNoEntry: false })?.isDirectory() === true || isKept(file),
    });
  }
}

test.each([
  ['stack/secrets/qdrant_api_key', true],
  ['stack/.env', true],
  ['.git/config', true],
  ['node_modules/tsup/package.json', true],
  ['packages/tracing-sdk/node_modules/x/index.js', true],
  ['packages/tracing-sdk/dist/index.js', true],
  ['packages/tracing-sdk/src/index.ts', false],
  ['packages/tracing-sdk/src/testing/otlp-receiver.ts', false],
  ['packages/tracing-sdk/src/with-span.test.ts', true],
  ['packages/qdrant-stand-in/package.json', false],
  ['packages/qdrant-stand-in/src/index.ts', true],
  ['docs/anything.md', false],
  ['examples/typescript-service/src/service.ts', false],
])('%s is kept out of the context: %s', (path, leftOut) => {
  expect(isLeftOut(path)).toBe(leftOut);
});

test('two stages, one base of a pinned version, no root', () => {
  expect(stages).toHaveLength(2);
  const bases = stages.map((stage) => all(stage, 'FROM')[0]?.split(' ')[0]);
  const { devDependencies } = JSON.parse(
    readFileSync(join(ROOT, 'packages/tracing-sdk/package.json'), 'utf8'),
  ) as { devDependencies: { node: string } };
  expect(bases).toEqual([`node:${devDependencies.node}-slim`, `node:${devDependencies.node}-slim`]);
  expect(all(final, 'USER')).toEqual(['10002:10002']);
});

describe('carried out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  const places = { build: join(folder, 'build'), final: join(folder, 'service') };
  const path = [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  /** Where npm finds its registry, and through what. */
  const networkSettings = Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(npm_config_(registry|cache|cafile|strict_ssl|.*proxy)|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i.test(
        name,
      ),
    ),
  );
  let unreachable: string | undefined;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(() => {
    for (const { name, text } of build) {
      if (name === 'COPY') {
        const words = text.split(/\s+/);
        const to = words.pop() as string;
        copy(ROOT, words, join(places.build, to), (file) => !isLeftOut(relative(ROOT, file)));
      } else if (name === 'RUN') {
        const { status, stdout, stderr } = spawnSync('sh', ['-c', text], {
          cwd: places.build,
          env: {
            ...networkSettings,
            PATH: path,
            HOME: process.env.HOME,
            npm_config_update_notifier: 'false',
            npm_config_prefer_offline: 'true',
          },
          encoding: 'utf8',
          timeout: 240_000,
        });
        if (
          /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/.test(
            stderr,
          )
        ) {
          unreachable = 'npm does not reach its registry';
          return;
        }
        if (status !== 0) throw new Error(`${text}\nended with ${status}:\n${stdout}\n${stderr}`);
      } else if (!['FROM', 'WORKDIR'].includes(name)) throw new Error(`this test does not know ${name}`);
    }
    for (const text of all(final, 'COPY')) {
      expect(text).toBe('--from=build /build ./');
      copy(places.build, ['.'], places.final, () => true);
    }
    rmSync(places.build, { recursive: true });
  }, 300_000);

  test('it answers, has the documentation, and ends with 0', async (context) => {
    if (unreachable !== undefined) return context.skip(unreachable);
    const qdrant = await startQdrantStandIn();
    const environment = Object.fromEntries(
      (all(final, 'ENV')[0] ?? '').split(' ').map((pair) => pair.split('=') as [string, string]),
    );
    expect(environment).toEqual({ HOST: '0.0.0.0', PORT: '8000' });
    const [program, ...args] = JSON.parse(all(final, 'ENTRYPOINT')[0] ?? '') as string[];
    const child = spawn(program as string, args, {
      cwd: places.final,
      env: {
        PATH: path,
        HOST: '127.0.0.1',
        PORT: '0',
        QDRANT_URL: qdrant.url,
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    const ended = once(child, 'close');
    const said = async (pattern: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const found = pattern.exec(output);
        if (found !== null) return found;
        const over = await Promise.race([ended, once(child.stdout, 'data').then(() => undefined)]);
        if (over !== undefined) throw new Error(`ended with ${over[0]}: ${output}`);
      }
    };
    const [, url] = await said(/listening on (\S+)/);
    const [, passages] = await said(/(\d+) passages of documentation/);
    expect(Number(passages)).toBeGreaterThan(50);
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(output).not.toMatch(/warning/i);
    await qdrant.close();
  }, 60_000);

  test('only what runs is in it, readable for everyone', (context) => {
    if (unreachable !== undefined) return context.skip(unreachable);
    const files = readdirSync(places.final, { recursive: true, withFileTypes: true });
    const paths = files.map((file) => relative(places.final, join(file.parentPath, file.name)));
    expect(paths).toContain(join('packages', 'tracing-sdk', 'dist', 'index.js'));
    for (const name of ['typescript', 'tsup', 'vitest', 'node', 'esbuild'])
      expect(paths, name).not.toContain(join('node_modules', name));
    expect(
      paths.filter((file) => /\.(test|fixture)\.ts$/.test(file) && !file.includes('node_modules')),
    ).toEqual([]);
    for (const file of files.filter((entry) => entry.isFile()))
      expect(statSync(join(file.parentPath, file.name)).mode & 0o004, file.name).toBe(0o004);
    const bytes = files
      .filter((entry) => entry.isFile())
      .reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
    console.log(`The image adds ${(bytes / 1e6).toFixed(1)} MB to its base.`);
    expect(bytes).toBeLessThan(30e6);
  });
});
