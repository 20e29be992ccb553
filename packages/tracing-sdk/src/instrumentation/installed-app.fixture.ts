import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Text by file name, inside one folder. */
export type Files = Readonly<Record<string, string>>;

const WORKSPACE_MODULES = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** What `@opentelemetry/instrumentation` needs beside the API. */
const HOOK_PACKAGES = [
  '@opentelemetry/instrumentation',
  'import-in-the-middle',
  'require-in-the-middle',
  'cjs-module-lexer',
  'es-module-lexer',
  'module-details-from-path',
  'debug',
  'ms',
];

const folders: string[] = [];

/** An app in a temporary folder, with packages written into its node_modules and copies of the hook packages. */
export function makeApp(
  packages: Readonly<Record<string, Files>>,
  files: Files = {},
  manifest?: object,
): string {
  const app = realpathSync(mkdtempSync(join(tmpdir(), 'installed-app-')));
  folders.push(app);
  const modules = join(app, 'node_modules');
  for (const [name, contents] of Object.entries(packages)) writeFiles(join(modules, name), contents);
  addHookPackages(modules);
  const dependencies = Object.fromEntries(Object.keys(packages).map((name) => [name, '1.0.0']));
  writeFiles(app, { 'package.json': JSON.stringify(manifest ?? { name: 'app', dependencies }), ...files });
  return app;
}

/** Real copies, so that paths are the app's own. A second call, below a package, makes a second set. */
export function addHookPackages(modules: string): void {
  for (const name of HOOK_PACKAGES) {
    const from = join(WORKSPACE_MODULES, name);
    cpSync(from, join(modules, name), { recursive: true, dereference: true });
  }
  mkdirSync(join(modules, '@opentelemetry'), { recursive: true });
  const api = join(modules, '@opentelemetry/api');
  symlinkSync(join(WORKSPACE_MODULES, '@opentelemetry/api'), api);
}

export function writeFiles(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

export function removeApps(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** URL of a source file beside this one, to be imported by programs of the app. */
export function source(name: string): string {
  return new URL(name, import.meta.url).href;
}

/**
 * Runs the app and parses what it prints as JSON. `UAT_TEST_NODE` names another Node (22.15, where module hooks work in a
 * thread of their own).
 */
export function runApp(
  app: string,
  nodeArguments: readonly string[],
): Promise<{ out: unknown; stderr: string }> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
  return new Promise((resolve, reject) => {
    execFile(
      process.env.UAT_TEST_NODE ?? process.execPath,
      [...flags, ...nodeArguments],
      { cwd: app, env },
      (error, stdout, stderr) => {
        if (error !== null) reject(new Error(`${error.message}\n${stdout}`));
        else resolve({ out: JSON.parse(stdout), stderr });
      },
    );
  });
}

/**
 * An instrumentation package whose patch adds `+` to what the methods of a class give and notes itself in
 * `globalThis.patched`.
 *
 * @param modules name of the patched module, with files inside it.
 */
export function instrumentationPackage(
  name: string,
  modules: Readonly<Record<string, readonly string[]>>,
): Files {
  const definitions = Object.entries(modules).map(([module, files]) => {
    const fileDefinitions = files.map(
      (file) =>
        `new InstrumentationNodeModuleFile(${JSON.stringify(file)}, ['*'], patch(${JSON.stringify(file)}), () => {})`,
    );
    return `new InstrumentationNodeModuleDefinition(${JSON.stringify(module)}, ['*'], ${
      files.length === 0 ? `patch(${JSON.stringify(module)})` : '(exports) => exports'
    }, () => {}, [${fileDefinitions.join(', ')}])`;
  });
  return {
    'package.json': JSON.stringify({ name, version: '1.2.3', main: 'index.cjs' }),
    'index.cjs': `
      const { InstrumentationBase, InstrumentationNodeModuleDefinition, InstrumentationNodeModuleFile } = require('@opentelemetry/instrumentation');
      globalThis.patched ??= [];
      const patch = (what) => (exports) => {
        globalThis.patched.push(${JSON.stringify(name)} + ' ' + what);
        const { Client } = exports;
        const { ask } = Client.prototype;
        Client.prototype.ask = function (...args) { return ask.apply(this, args) + '+'; };
        return exports;
      };
      class FakeInstrumentation extends InstrumentationBase {
        constructor(config = {}) { super(${JSON.stringify(name)}, '1.2.3', config); }
        init() { return [${definitions.join(', ')}]; }
      }
      module.exports = { FakeInstrumentation };`,
  };
}

const CLIENT = "class Client { ask() { return 'answer'; } }";

/** A package with a class `Client`, in each form that packages have. */
export const CLIENTS = {
  commonjs: {
    'package.json': '{"name":"client","version":"2.0.0","main":"index.js"}',
    'index.js': `${CLIENT}\nexports.Client = Client;`,
  },
  module: {
    'package.json': '{"name":"client","version":"2.0.0","type":"module","exports":"./index.js"}',
    'index.js': `${CLIENT}\nexport { Client };`,
  },
  dual: {
    'package.json':
      '{"name":"client","version":"2.0.0","exports":{"import":"./index.mjs","require":"./index.cjs"}}',
    'index.mjs': `${CLIENT}\nexport { Client };`,
    'index.cjs': `${CLIENT}\nexports.Client = Client;`,
  },
} as const satisfies Record<string, Files>;
