import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Ended, PACKAGE } from './run-node.ts';

const require = createRequire(import.meta.url);
const WORKSPACE_MODULES = join(PACKAGE, '../../node_modules');

/** An instrumentation as they are in the field: it counts how often it has wrapped `hello` of the package `greeter`. */
const INSTRUMENTATION = `
  const { InstrumentationBase, InstrumentationNodeModuleDefinition } = require('@opentelemetry/instrumentation');
  class GreeterInstrumentation extends InstrumentationBase {
    constructor(config = {}) { super('@opentelemetry/instrumentation-greeter', '1.0.0', config); }
    init() {
      return [new InstrumentationNodeModuleDefinition('greeter', ['*'], (exports) => {
        const hello = exports.hello;
        this._wrap(exports, 'hello', () => (name) => this.tracer.startActiveSpan('hello', (span) => { try { return 'traced ' + hello(name); } finally { span.end(); } }));
        return exports;
      }, () => {})];
    }
  }
  exports.GreeterInstrumentation = GreeterInstrumentation;`;

const GREETERS = {
  'an ES module': {
    'package.json': '{"name":"greeter","version":"1.0.0","type":"module","main":"index.js"}',
    'index.js': "export function hello(name) { return 'hello ' + name; }",
  },
  'a CommonJS module': {
    'package.json': '{"name":"greeter","version":"1.0.0","main":"index.js"}',
    'index.js': "exports.hello = (name) => 'hello ' + name;",
  },
};

type Files = Readonly<Record<string, string>>;

function write(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** An app in a folder of its own, with the packages named, those of OpenTelemetry by link. */
function makeApp(packages: Readonly<Record<string, Files>>, files: Files): string {
  const app = realpathSync(mkdtempSync(join(tmpdir(), 'app-')));
  const modules = join(app, 'node_modules');
  for (const [name, contents] of Object.entries(packages)) write(join(modules, name), contents);
  mkdirSync(join(modules, '@uat'), { recursive: true });
  symlinkSync(PACKAGE, join(modules, '@uat/tracing-sdk'));
  for (const name of [
    '@opentelemetry/instrumentation',
    '@opentelemetry/api',
    'import-in-the-middle',
    'require-in-the-middle',
  ]) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(WORKSPACE_MODULES, name), link);
  }
  const dependencies = Object.fromEntries(Object.keys(packages).map((name) => [name, '1.0.0']));
  write(app, { 'package.json': JSON.stringify({ name: 'app', dependencies }), ...files });
  return app;
}

function runApp(app: string, nodeArguments: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { NODE_OPTIONS: _, NODE_ENV: __, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      nodeArguments,
      { cwd: app, env: { ...inherited, OTEL_TRACES_EXPORTER: 'none', ...env } },
      (error, stdout, stderr) =>
        resolve({ stdout, stderr, code: error === null ? 0 : (error.code as unknown as number) }),
    );
  });
}

const GREETER_PACKAGE = {
  'package.json': '{"name":"@opentelemetry/instrumentation-greeter","version":"1.0.0","main":"index.js"}',
  'index.js': INSTRUMENTATION,
};
const ESM_APP = "import { hello } from 'greeter'; console.log(hello('world'));";
const CJS_APP = "const { hello } = require('greeter'); console.log(hello('world'));";

describe('an installed instrumentation package is found and switched on', () => {
  test.each([
    { greeter: 'an ES module', file: 'app.mjs', app: ESM_APP },
    { greeter: 'a CommonJS module', file: 'app.mjs', app: ESM_APP },
    { greeter: 'a CommonJS module', file: 'app.cjs', app: CJS_APP },
  ] as const)('with --import: $greeter in $file', async ({ greeter, file, app: source }) => {
    const app = makeApp(
      { greeter: GREETERS[greeter], '@opentelemetry/instrumentation-greeter': GREETER_PACKAGE },
      { [file]: source },
    );
    const { stdout, stderr } = await runApp(app, ['--import', '@uat/tracing-sdk/register', file]);
    expect({ stdout, stderr }).toEqual({
      stdout: 'traced hello world\n',
      stderr: '[uat-tracing] tracing initialized: service=app preset=development ratio=1 exporter=none\n',
    });
  });

  test('in code: what is imported afterwards is traced, and what was loaded before is named', async () => {
    const app = makeApp(
      { greeter: GREETERS['a CommonJS module'], '@opentelemetry/instrumentation-greeter': GREETER_PACKAGE },
      {
        'early.cjs': "const { initTracing } = require('@uat/tracing-sdk'); initTracing('app'); " + CJS_APP,
        'late.cjs': `const { hello } = require('greeter'); require('@uat/tracing-sdk').initTracing('app'); console.log(hello('world'));`,
      },
    );
    const early = await runApp(app, ['early.cjs']);
    expect(early.stdout).toBe('traced hello world\n');
    expect(early.stderr).not.toContain('warning');
    const late = await runApp(app, ['late.cjs']);
    expect(late.stdout).toBe('hello world\n');
    expect(late.stderr).toMatch(
      /greeter was loaded before initTracing, so @opentelemetry\/instrumentation-greeter may miss its calls\. Start the app with `node --import @uat\/tracing-sdk\/register`/,
    );
  });

  test('describe() lists what is in use, what is not and why', async () => {
    const app = makeApp(
      {
        greeter: GREETERS['a CommonJS module'],
        '@opentelemetry/instrumentation-greeter': GREETER_PACKAGE,
        '@opentelemetry/instrumentation-http': {
          'package.json': '{"main":"index.js"}',
          'index.js': 'throw new Error("must not be loaded")',
        },
        '@opentelemetry/instrumentation-broken': {
          'package.json': '{"main":"index.js"}',
          'index.js': 'throw new Error("it needs\\na newer Node")',
        },
        '@opentelemetry/instrumentation-empty': { 'package.json': '{"main":"index.js"}', 'index.js': '' },
        '@opentelemetry/instrumentation-off': GREETER_PACKAGE,
      },
      { 'app.cjs': "console.log(require('@uat/tracing-sdk').initTracing('app').describe());" },
    );
    const { stdout, stderr, code } = await runApp(app, ['app.cjs'], {
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'off',
    });
    expect(code).toBe(0);
    for (const line of [
      'instrumentation, built in: http server, http client, fetch',
      'instrumentation, found installed: @opentelemetry/instrumentation-greeter',
      'instrumentation, not used: @opentelemetry/instrumentation-http (HTTP is built in)',
      'instrumentation, not used: @opentelemetry/instrumentation-off (OTEL_NODE_DISABLED_INSTRUMENTATIONS)',
      'instrumentation, failed: @opentelemetry/instrumentation-broken (it needs)',
      'instrumentation, failed: @opentelemetry/instrumentation-empty (it exports no class with enable, disable and setTracerProvider)',
    ]) {
      expect(stdout).toContain(line);
    }
    expect(stderr).toContain(
      'the instrumentation package @opentelemetry/instrumentation-broken is not in use: it needs',
    );
  });

  test('two copies of the hook library are named, with who uses which', async () => {
    const iitm = dirname(
      require.resolve('import-in-the-middle/package.json', { paths: [WORKSPACE_MODULES] }),
    );
    const app = makeApp(
      {
        greeter: GREETERS['a CommonJS module'],
        '@opentelemetry/instrumentation-greeter': GREETER_PACKAGE,
        '@opentelemetry/instrumentation-other': {
          ...GREETER_PACKAGE,
          'index.js': INSTRUMENTATION.replaceAll('-greeter', '-other').replaceAll("'greeter'", "'other'"),
        },
      },
      { 'app.cjs': "require('@uat/tracing-sdk').initTracing('app');" },
    );
    // A second copy of @opentelemetry/instrumentation and of the hook library below the second package.
    const nested = join(app, 'node_modules/@opentelemetry/instrumentation-other/node_modules');
    cpSync(
      join(WORKSPACE_MODULES, '@opentelemetry/instrumentation'),
      join(nested, '@opentelemetry/instrumentation'),
      { recursive: true },
    );
    cpSync(iitm, join(nested, 'import-in-the-middle'), { recursive: true });
    for (const name of [
      'require-in-the-middle',
      '@opentelemetry/api',
      'cjs-module-lexer',
      'es-module-lexer',
      'module-details-from-path',
      'debug',
      'ms',
    ]) {
      mkdirSync(dirname(join(nested, name)), { recursive: true });
      symlinkSync(join(WORKSPACE_MODULES, name), join(nested, name));
    }
    const { stderr, code } = await runApp(app, ['app.cjs']);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /there are 2 copies of import-in-the-middle: .*\(@opentelemetry\/instrumentation-greeter\); .*instrumentation-other\/node_modules\/import-in-the-middle \(@opentelemetry\/instrumentation-other\)/,
    );
    expect(stderr).toContain('npm dedupe');
  });
});

describe('switched on by hand', () => {
  test('an instrumentation object is used beside the found ones, and [mine] alone leaves the rest off', async () => {
    const app = makeApp(
      { greeter: GREETERS['a CommonJS module'], '@opentelemetry/instrumentation-greeter': GREETER_PACKAGE },
      {
        'app.cjs': `
          const { GreeterInstrumentation } = require('@opentelemetry/instrumentation-greeter');
          const { initTracing } = require('@uat/tracing-sdk');
          const tracing = initTracing('app', { instrumentations: process.env.WITH_AUTO ? ['auto', new GreeterInstrumentation()] : [new GreeterInstrumentation()] });
          const { hello } = require('greeter');
          console.log(hello('world') + '; ' + tracing.describe().split('\\n').filter((line) => line.startsWith('instrumentation')).join('; '));`,
      },
    );
    const alone = await runApp(app, ['app.cjs']);
    expect(alone.stdout).toBe(
      'traced hello world; instrumentation, built in: none; instrumentation, passed in: @opentelemetry/instrumentation-greeter\n',
    );
    const both = await runApp(app, ['app.cjs'], { WITH_AUTO: '1' });
    expect(both.stdout).toMatch(
      /^traced hello world; instrumentation, built in: http server, http client, fetch; instrumentation, passed in: @opentelemetry\/instrumentation-greeter; instrumentation, not used: @opentelemetry\/instrumentation-greeter \(passed in by the app\)\n$/,
    );
  });
});
