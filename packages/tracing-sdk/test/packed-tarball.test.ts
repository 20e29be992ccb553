/** The package as users get it: packed, installed into an empty folder, run by the app's own Node.js. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from '../src/testing/otlp-receiver.ts';
import type { ReceivedSpan } from '../src/testing/received-span.ts';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
const SERVER = 1;

const execute = promisify(execFile);

async function npm(cwd: string, ...args: string[]): Promise<string> {
  // As npm has it for scripts of this repository, these would make it work on this repository again.
  const inherited = Object.entries(process.env).filter(
    ([key]) => !/^npm_(config_|package_|lifecycle_)/i.test(key),
  );
  const { stdout } = await execute('npm', [...args, '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd,
    env: Object.fromEntries(inherited),
    shell: process.platform === 'win32',
  });
  return stdout;
}

let scratch: string;
let tarball: string;
beforeAll(async () => {
  if (!existsSync(join(PACKAGE, 'dist/index.js'))) {
    throw new Error(
      "packages/tracing-sdk/dist is missing: run 'npm run build -w packages/tracing-sdk' first",
    );
  }
  scratch = await mkdtemp(join(tmpdir(), 'uat-packed-'));
  const [packed] = JSON.parse(
    await npm(PACKAGE, 'pack', '--ignore-scripts', '--json', '--pack-destination', scratch),
  ) as {
    filename: string;
  }[];
  tarball = join(scratch, packed?.filename ?? '');
}, 120_000);
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

const started: ChildProcess[] = [];
let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await receiver?.close();
  receiver = undefined;
});

interface Run {
  readonly spans: readonly ReceivedSpan[];
  readonly answer: string;
  readonly stderr: string;
}

/** Starts a server that prints its URL, sends it one request, ends it with SIGTERM. */
async function serveOneRequest(cwd: string, args: readonly string[], environment = {}): Promise<Run> {
  receiver = await startOtlpReceiver();
  const inherited = Object.entries(process.env).filter(([key]) => !/^(OTEL_|UAT_|NODE_|VITEST)/.test(key));
  const child = spawn(process.execPath, args, {
    cwd,
    env: {
      ...Object.fromEntries(inherited),
      PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      ...environment,
    },
  });
  started.push(child);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const closed = once(child, 'close');
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([text]) => text as string),
    closed.then(() => {
      throw new Error(`the app ended before it listened:\n${stderr}`);
    }),
  ]);
  const url = /http:\/\/localhost:\d+/.exec(line)?.[0] ?? line;
  const response = await fetch(url, { headers: { 'user-agent': 'tester' } });
  const answer = await response.text();
  child.kill('SIGTERM');
  expect(await closed).toEqual([null, 'SIGTERM']);
  return { spans: receiver.spans, answer, stderr };
}

/** No tracing in it, and named imports of built-ins, which nothing can patch any more. */
const UNTRACED_APP = {
  'app.mjs': `import { createServer } from 'node:http';`,
  'app.cjs': `const { createServer } = require('node:http');`,
};
const UNTRACED_REST = `
const server = createServer((request, response) => response.end('plain'));
server.listen(process.env.PORT, () => console.log('http://localhost:' + server.address().port));
`;

describe.each(['1.9.0', '1.10.0'])('beside @opentelemetry/api %s', (apiVersion) => {
  describe.each(['quickstart-esm', 'quickstart-cjs'])('%s', (example) => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(scratch, `${example}-`));
      await cp(join(EXAMPLES, example), folder, { recursive: true });
      await npm(folder, 'install', '--prefer-offline', tarball, `@opentelemetry/api@${apiVersion}`);
    }, 120_000);

    test('has one copy of the API, the one asked for', async () => {
      const files = await readdir(join(folder, 'node_modules'), { recursive: true });
      const copies = files.filter((file) => /(^|[\\/])@opentelemetry[\\/]api[\\/]package\.json$/.test(file));
      expect(copies).toHaveLength(1);
      const manifest = JSON.parse(await readFile(join(folder, 'node_modules', copies[0] as string), 'utf8'));
      expect(manifest.version).toBe(apiVersion);
    });

    test('traces a request and what is done for it', async () => {
      const { spans, answer, stderr } = await serveOneRequest(folder, ['app.js']);
      expect(answer).toBe('Hello, tester!\n');
      expect(stderr).toMatch(/^\[uat-tracing\] tracing initialized: .*\n$/);
      expect(spans).toHaveLength(2);
      const server = spans.find((span) => span.kind === SERVER);
      const greeting = spans.find((span) => span.name === 'find greeting');
      expect(server).toMatchObject({
        name: 'GET',
        parentSpanId: undefined,
        traceState: 'ot=th:0',
        resource: { attributes: { 'service.name': example } },
        attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200 },
      });
      expect(greeting).toMatchObject({
        traceId: server?.traceId,
        parentSpanId: server?.spanId,
        attributes: { language: 'en' },
      });
    });

    test('grpc without its package: one error with the install command; in production the app runs on', async () => {
      const start = (environment: Record<string, string>) =>
        new Promise<{ code: number; stderr: string }>((resolve) => {
          const program = "require('@uat/tracing-sdk').initTracing('a'); process.exit(0);";
          const env = { ...process.env, NODE_ENV: '', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', ...environment };
          execFile(process.execPath, ['-e', program], { cwd: folder, env }, (error, _, stderr) =>
            resolve({ code: error === null ? 0 : 1, stderr }),
          );
        });
      const development = await start({});
      expect(development).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('npm install @grpc/grpc-js'),
      });
      const production = await start({ NODE_ENV: 'production' });
      expect(production).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/error: spans are not exported: .*npm install @grpc\/grpc-js/),
      });
    });

    test('measures where that is asked for', async () => {
      const program = "require('@uat/tracing-sdk').initTracing('a', { metrics: { exporter: 'console' } });";
      const { stdout, stderr } = await execute(process.execPath, ['-e', program], {
        cwd: folder,
        env: { ...process.env, OTEL_TRACES_EXPORTER: 'none', OTEL_LOG_LEVEL: 'warn' },
      });
      expect(stdout).toContain("name: 'process.uptime'");
      expect(stderr).toBe('');
    });

    test('is under 20 lines', async () => {
      const lines = (await readFile(join(folder, 'app.js'), 'utf8')).trim().split('\n');
      expect(lines.length).toBeLessThan(20);
    });

    test.each(Object.entries(UNTRACED_APP))(
      'traces %s without a line of code, by --import',
      async (file, imports) => {
        await writeFile(join(folder, file), imports + UNTRACED_REST);
        const { spans, answer } = await serveOneRequest(
          folder,
          ['--import', '@uat/tracing-sdk/register', file],
          {
            OTEL_SERVICE_NAME: 'untouched',
          },
        );
        expect(answer).toBe('plain');
        expect(spans).toHaveLength(1);
        expect(spans[0]).toMatchObject({
          kind: SERVER,
          resource: { attributes: { 'service.name': 'untouched' } },
        });
      },
    );
  });
});
