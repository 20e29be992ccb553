import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startOtlpReceiver } from '../src/testing/otlp-receiver.ts';
import { PACKAGE, runNode } from './run-node.ts';

describe('the start', () => {
  test.each(['module', 'commonjs'] as const)('one line on stderr, nothing on stdout (%s)', async (type) => {
    const load =
      type === 'module'
        ? "import { initTracing } from '@uat/tracing-sdk';"
        : "const { initTracing } = require('@uat/tracing-sdk');";
    const { stdout, stderr, code } = await runNode(`${load} initTracing('checkout');`, { type });
    expect({ stdout, stderr, code }).toEqual({
      stdout: '',
      stderr:
        '[uat-tracing] tracing initialized: service=checkout preset=development ratio=1 exporter=none\n',
      code: 0,
    });
  });

  test('OTEL_LOG_LEVEL=none silences it', async () => {
    const { stderr } = await runNode(
      "import { initTracing } from '@uat/tracing-sdk'; initTracing('checkout');",
      {
        env: { OTEL_LOG_LEVEL: 'none' },
      },
    );
    expect(stderr).toBe('');
  });

  test.each([
    [
      'a ratio of 7',
      "initTracing('a', { sampleRatio: 7 })",
      /option sampleRatio is 7; it must be a number from 0 to 1/,
    ],
    ['an empty name', "initTracing('')", /the service name is ''/],
    ['no options but null', "initTracing('a', null)", /the options are null/],
    ['a text for options', "initTracing('a', 'production')", /the options are 'production'/],
  ])('%s throws; in production it is a warning', async (_, call, says) => {
    const program = `import { initTracing } from '@uat/tracing-sdk'; ${call};`;
    const development = await runNode(program);
    expect(development.code).toBe(1);
    expect(development.stderr).toMatch(says);
    expect(development.stderr).toContain('ConfigurationError');
    const production = await runNode(program, { env: { NODE_ENV: 'production' } });
    expect(production.code).toBe(0);
    expect(production.stderr).toMatch(says);
    expect(production.stderr).toContain('ratio=0.1');
  });

  test('a relative path as first argument of the process is no trouble', async () => {
    const { code, stderr } = await runNode(
      "process.argv[1] = './foo'; const { initTracing } = await import('@uat/tracing-sdk'); initTracing('a');",
    );
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('tracing initialized'),
    });
  });

  test('register never keeps the app from starting', async () => {
    const { stdout, stderr, code } = await runNode("console.log('the app runs')", {
      nodeArguments: ['--import', '@uat/tracing-sdk/register'],
      env: { UAT_TRACING_PRESET: 'nonsense' },
    });
    expect({ stdout, code }).toEqual({ stdout: 'the app runs\n', code: 0 });
    expect(stderr).toMatch(/error: tracing is off: .*UAT_TRACING_PRESET is 'nonsense'/);
  });
});

describe('a second initTracing', () => {
  test('with the same arguments returns the first handle silently', async () => {
    const { stdout, stderr } = await runNode(`
      import { initTracing } from '@uat/tracing-sdk';
      console.log(initTracing('a', { sampleRatio: 0.5 }) === initTracing('a', { sampleRatio: 0.5 }));`);
    expect(stdout).toBe('true\n');
    expect(stderr.split('\n')).toHaveLength(2);
  });

  test('with others returns the first handle and names both call sites', async () => {
    const folder = mkdtempSync(join(PACKAGE, 'test', 'fixtures', 'second-'));
    try {
      writeFileSync(
        join(folder, 'first.mjs'),
        "import { initTracing } from '@uat/tracing-sdk';\nexport const a = initTracing('a');\n",
      );
      writeFileSync(
        join(folder, 'second.mjs'),
        "import { a } from './first.mjs';\nimport { initTracing } from '@uat/tracing-sdk';\nconsole.log(initTracing('b') === a);\n",
      );
      const { stdout, stderr } = await runNode(
        `await import(${JSON.stringify(join(folder, 'second.mjs'))});`,
      );
      expect(stdout).toBe('true\n');
      expect(stderr).toMatch(
        /called again with other arguments, at .*second\.mjs:3:\d+\. The first call, at .*first\.mjs:2:\d+, stays in force/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('after register, names register', async () => {
    const { stderr } = await runNode("import { initTracing } from '@uat/tracing-sdk'; initTracing('b');", {
      nodeArguments: ['--import', '@uat/tracing-sdk/register'],
      env: { OTEL_SERVICE_NAME: 'a' },
    });
    expect(stderr).toContain('The first call, at node --import @uat/tracing-sdk/register, stays in force');
  });

  test('after shutdown, starts anew', async () => {
    const { stdout } = await runNode(`
      import { initTracing, withSpan } from '@uat/tracing-sdk';
      import { createInMemoryExporter } from '@uat/tracing-sdk/testing';
      await initTracing('a').shutdown();
      const exporter = createInMemoryExporter();
      const tracing = initTracing('b', { exporter });
      withSpan('work', () => {});
      await tracing.flush();
      console.log(exporter.spans.map((span) => span.name + ' of ' + span.resource.attributes['service.name']).join());`);
    expect(stdout).toBe('work of b\n');
  });
});

describe('what others do in the same process', () => {
  test('another SDK that was registered first is named, and ours stays out', async () => {
    const { stdout, stderr, code } = await runNode(`
      import { trace } from '@opentelemetry/api';
      trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => trace.wrapSpanContext({}), startActiveSpan: (...all) => all.at(-1)(trace.wrapSpanContext({})) }) });
      const { initTracing } = await import('@uat/tracing-sdk');
      const tracing = initTracing('a');
      await tracing.flush(); await tracing.shutdown();
      console.log(tracing.stats().spansEnded);`);
    expect({ stdout, code }).toEqual({ stdout: '0\n', code: 0 });
    expect(stderr).toContain('another OpenTelemetry SDK is registered in this process already');
    expect(stderr).not.toContain('initialized');
  });

  test('an API copy that cannot see ours is named with version and path', async () => {
    const api = createRequire(import.meta.url).resolve('@opentelemetry/api');
    const app = mkdtempSync(join(tmpdir(), 'two-apis-'));
    mkdirSync(join(app, 'node_modules/@uat'), { recursive: true });
    mkdirSync(join(app, 'node_modules/@opentelemetry/api'), { recursive: true });
    symlinkSync(PACKAGE, join(app, 'node_modules/@uat/tracing-sdk'));
    writeFileSync(join(app, 'package.json'), '{"name":"app"}');
    // The app's copy is newer than the one the SDK registers with.
    writeFileSync(
      join(app, 'node_modules/@opentelemetry/api/package.json'),
      '{"name":"@opentelemetry/api","version":"1.99.0","main":"index.js"}',
    );
    writeFileSync(
      join(app, 'node_modules/@opentelemetry/api/index.js'),
      `module.exports = require(${JSON.stringify(api)})`,
    );
    writeFileSync(
      join(app, 'app.mjs'),
      "import { initTracing } from '@uat/tracing-sdk'; console.log(initTracing('a').describe());",
    );
    const { stdout, stderr } = await runNode(
      `process.argv[1] = ${JSON.stringify(join(app, 'app.mjs'))}; await import(process.argv[1]);`,
      { cwd: app },
    );
    for (const text of [stdout, stderr]) {
      expect(text).toMatch(
        /two copies of @opentelemetry\/api cannot see each other: tracing is registered with 1\.10\.0, and spans made through 1\.99\.0 in node_modules\/@opentelemetry\/api \(used by the app\) are lost/,
      );
    }
    expect(stderr).toContain('npm install @opentelemetry/api@1.99.0');
  });
});

describe('presets at work', () => {
  const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const service = (options: object) => `
    import http from 'node:http';
    import { once } from 'node:events';
    import { initTracing } from '@uat/tracing-sdk';
    const tracing = initTracing('a', ${JSON.stringify(options)});
    const inner = http.createServer((q, r) => r.end(String(q.headers.traceparent))).listen(0);
    const outer = http.createServer(async (q, r) => r.end(await (await fetch('http://127.0.0.1:' + inner.address().port)).text())).listen(0);
    await Promise.all([inner, outer].map((server) => server.listening || once(server, 'listening')));
    const ask = async (path, headers) => (await fetch('http://127.0.0.1:' + outer.address().port + path, { headers })).text();
    globalThis.ask = ask; globalThis.tracing = tracing;
    const seen = await run();
    console.log(JSON.stringify(seen));
    await tracing.shutdown();
    for (const server of [inner, outer]) { server.close(); server.closeAllConnections(); }
    function run() { return (async () => { __BODY__ })(); }`;
  const program = (options: object, body: string) => service(options).replace('__BODY__', body);

  test('off: a caller’s context is passed on unchanged, and nothing is recorded', async () => {
    const { stdout, stderr } = await runNode(
      program(
        { preset: 'off' },
        `return [await ask('/', { traceparent: '${TRACEPARENT}' }), await ask('/', {}), tracing.stats().spansEnded];`,
      ),
    );
    expect(JSON.parse(stdout)).toEqual([TRACEPARENT, 'undefined', 0]);
    expect(stderr).toContain('tracing disabled: service=a');
  });

  test('health routes start no trace, but a traced request to one is traced', async () => {
    const receiver = await startOtlpReceiver();
    const { stdout } = await runNode(
      program(
        { endpoint: receiver.url, instrumentations: ['auto'] },
        `const http = await import('node:http');
         const plain = (path, headers) => new Promise((resolve) => http.get({ port: new URL('http://x').port, ...{}, host: '127.0.0.1', path, headers, ...target() }, (r) => { let t = ''; r.on('data', (c) => (t += c)).on('end', () => resolve(t)); }));
         function target() { return { port: outer.address().port }; }
         const { context } = await import('@opentelemetry/api');
         const untraced = context.active().setValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true);
         const a = await context.with(untraced, () => plain('/healthz', {}));
         const b = await context.with(untraced, () => plain('/healthz', { traceparent: '${TRACEPARENT}' }));
         await tracing.flush();
         return [a, b];`,
      ),
      { env: { OTEL_TRACES_EXPORTER: 'otlp' } },
    );
    const [untraced, traced] = JSON.parse(stdout) as [string, string];
    expect(untraced).toMatch(/-00$/);
    expect(traced).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(new Set(receiver.spans.map((span) => span.traceId))).toEqual(
      new Set(['0af7651916cd43dd8448eb211c80319c']),
    );
    await receiver.close();
  });
});

test('the bundle asks api 1.9 for nothing that it lacks', async () => {
  const names = new Set<string>();
  for (const file of ['index.js', 'testing.js']) {
    const text = readFileSync(join(PACKAGE, 'dist', file), 'utf8');
    for (const [, list = ''] of text.matchAll(/^import \{([^}]*)\} from "@opentelemetry\/api";/gm)) {
      for (const name of list.split(','))
        if (name.trim() !== '') names.add(name.trim().split(' as ')[0] as string);
    }
    for (const [, name = ''] of text.matchAll(/\bapi\.([a-zA-Z_]+)/g)) names.add(name);
  }
  expect(names.size).toBeGreaterThan(10);
  expect([...names].filter((name) => !API_1_9.has(name))).toEqual([]);
});

/** What `@opentelemetry/api` 1.9.0 exports as values. */
const API_1_9 = new Set(
  [
    'DiagConsoleLogger',
    'DiagLogLevel',
    'INVALID_SPANID',
    'INVALID_SPAN_CONTEXT',
    'INVALID_TRACEID',
    'ProxyTracer',
    'ProxyTracerProvider',
    'ROOT_CONTEXT',
    'SamplingDecision',
    'SpanKind',
    'SpanStatusCode',
    'TraceFlags',
    'ValueType',
    'baggageEntryMetadataFromString',
    'context',
    'createContextKey',
    'createNoopMeter',
    'createTraceState',
    'defaultTextMapGetter',
    'defaultTextMapSetter',
    'diag',
    'isSpanContextValid',
    'isValidSpanId',
    'isValidTraceId',
    'metrics',
    'propagation',
    'trace',
  ].filter((name) => name !== 'createNoopMeter'),
);
