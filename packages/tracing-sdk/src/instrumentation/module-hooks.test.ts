import { appendFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  addHookPackages,
  CLIENTS,
  instrumentationPackage,
  makeApp,
  removeApps,
  runApp,
  source,
  writeFiles,
} from './installed-app.fixture.ts';

afterAll(removeApps);

const ONE = '@opentelemetry/instrumentation-one';
const TWO = '@opentelemetry/instrumentation-two';

/** What `register` does, cut down to this part. */
const PRELOAD = `
  import { trace } from '@opentelemetry/api';
  import { discoverInstrumentations } from ${JSON.stringify(source('./discover.ts'))};
  import { installModuleHooks } from ${JSON.stringify(source('./module-hooks.ts'))};
  import { switchOn } from ${JSON.stringify(source('./switch-on.ts'))};
  const { found, failed } = discoverInstrumentations();
  switchOn(found.map(({ instrumentation }) => instrumentation), trace.getTracerProvider());
  globalThis.hooks = installModuleHooks(found, process.cwd());
  globalThis.failed = failed;`;

const REPORT =
  'console.log(JSON.stringify({ answer: new Client().ask(), patched: globalThis.patched, failed: globalThis.failed, ...globalThis.hooks }));';
const ESM_APP = `import { Client } from 'client'; ${REPORT}`;
const CJS_APP = `const { Client } = require('client'); ${REPORT}`;
const QUIET = { failed: [], warnings: [], notes: [] };

/** Takes away what import-in-the-middle before 3 has not, so that the loader thread is used. */
function withoutSyncHooks(app: string): void {
  rmSync(join(app, 'node_modules/import-in-the-middle/register-hooks.mjs'));
}

describe.each([
  { way: 'hooks in this thread', prepare: () => {} },
  { way: 'hooks in a loader thread', prepare: withoutSyncHooks },
])('$way: patched exactly once', ({ prepare }) => {
  test.each([
    ['an ES module, imported', 'module', 'app.mjs'],
    ['a CommonJS package, imported', 'commonjs', 'app.mjs'],
    ['a CommonJS package, required', 'commonjs', 'app.cjs'],
    ['a dual package, imported', 'dual', 'app.mjs'],
    ['a dual package, required', 'dual', 'app.cjs'],
  ] as const)('%s', async (_, form, main) => {
    const app = makeApp(
      { client: CLIENTS[form], [ONE]: instrumentationPackage(ONE, { client: [] }) },
      { 'preload.mjs': PRELOAD, 'app.mjs': ESM_APP, 'app.cjs': CJS_APP },
    );
    prepare(app);
    expect(await runApp(app, ['--import', './preload.mjs', main])).toEqual({
      out: { answer: 'answer+', patched: [`${ONE} client`], ...QUIET },
      stderr: '',
    });
  });

  test('a file inside an ES module, which the package imports by a relative specifier', async () => {
    const app = makeApp(
      {
        '@acme/client': {
          'package.json': '{"name":"@acme/client","version":"2.0.0","type":"module","exports":"./index.js"}',
          'index.js': "export { Client } from './lib/inner.js';",
          'lib/inner.js': CLIENTS.module['index.js'],
        },
        [ONE]: instrumentationPackage(ONE, { '@acme/client': ['@acme/client/lib/inner.js'] }),
      },
      { 'preload.mjs': PRELOAD, 'app.mjs': ESM_APP.replace("'client'", "'@acme/client'") },
    );
    prepare(app);
    const { out } = await runApp(app, ['--import', './preload.mjs', 'app.mjs']);
    expect(out).toEqual({ answer: 'answer+', patched: [`${ONE} @acme/client/lib/inner.js`], ...QUIET });
  });

  test('a module of Node itself, under both of its names', async () => {
    const app = makeApp(
      {
        [ONE]: {
          ...instrumentationPackage(ONE, {}),
          'index.cjs': `
            const { InstrumentationBase, InstrumentationNodeModuleDefinition } = require('@opentelemetry/instrumentation');
            exports.FakeInstrumentation = class FakeInstrumentation extends InstrumentationBase {
              constructor(config) { super('fake', '1.0.0', config); }
              init() { return [new InstrumentationNodeModuleDefinition('punycode', ['*'], (exports) => {
                this._wrap(exports, 'toASCII', () => () => 'patched'); return exports; }, () => {})]; }
            };`,
        },
      },
      {
        'preload.mjs': PRELOAD,
        'app.mjs':
          "import { toASCII } from 'node:punycode'; import { toASCII as same } from 'punycode'; console.log(JSON.stringify([toASCII('a'), same('a')]));",
      },
    );
    prepare(app);
    const { out } = await runApp(app, ['--no-deprecation', '--import', './preload.mjs', 'app.mjs']);
    expect(out).toEqual(['patched', 'patched']);
  });

  test('what no instrumentation patches is not wrapped', async () => {
    const other = {
      ...CLIENTS.module,
      'package.json': CLIENTS.module['package.json'].replace('client', 'other'),
    };
    const app = makeApp(
      { client: CLIENTS.module, other, [ONE]: instrumentationPackage(ONE, { client: [] }) },
      {
        'preload.mjs': PRELOAD,
        'app.mjs': `
          import { createRequire } from 'node:module'; import 'client'; import 'other';
          const { specifiers } = createRequire(import.meta.url)('import-in-the-middle/lib/register.js');
          console.log(JSON.stringify([...specifiers.values()]));`,
      },
    );
    prepare(app);
    expect((await runApp(app, ['--import', './preload.mjs', 'app.mjs'])).out).toEqual(['client']);
  });
});

describe('two copies of the hook library', () => {
  const makeTwoCopies = () => {
    const app = makeApp(
      {
        client: CLIENTS.module,
        other: {
          ...CLIENTS.module,
          'package.json': CLIENTS.module['package.json'].replace('client', 'other'),
        },
        [ONE]: instrumentationPackage(ONE, { client: [] }),
        [TWO]: instrumentationPackage(TWO, { client: [], other: [] }),
      },
      { 'preload.mjs': PRELOAD, 'app.mjs': `import 'other'; ${ESM_APP}` },
    );
    addHookPackages(join(app, 'node_modules', TWO, 'node_modules'));
    return app;
  };

  test.each([
    { older: 'node_modules', patched: 'the second copy has the loader' },
    { older: `node_modules/${TWO}/node_modules`, patched: 'the first copy has the loader' },
  ])('both are hooked, also for one module, and named: $patched', async ({ older }) => {
    const app = makeTwoCopies();
    const library = join(app, older, 'import-in-the-middle');
    // Neither of its loaders is there: the newer copy's has to serve both.
    rmSync(join(library, 'register-hooks.mjs'));
    rmSync(join(library, 'hook.mjs'));
    writeFiles(library, {
      'package.json': '{"name":"import-in-the-middle","version":"1.15.0","main":"index.js"}',
    });
    const { out } = await runApp(app, ['--import', './preload.mjs', 'app.mjs']);
    const { patched, warnings, notes, answer } = out as Record<string, string[]>;
    expect(answer).toBe('answer++');
    expect(patched?.toSorted()).toEqual([`${ONE} client`, `${TWO} client`, `${TWO} other`]);
    expect(warnings).toEqual([
      expect.stringMatching(
        new RegExp(
          `^there are 2 copies of import-in-the-middle: \\S+ in node_modules/import-in-the-middle \\(${ONE}\\); \\S+ in node_modules/${TWO}/node_modules/import-in-the-middle \\(${TWO}\\)\\. Each is hooked; run \`npm dedupe\` to have one, and check with \`npm ls import-in-the-middle\`\\.$`,
        ),
      ),
    ]);
    expect(notes).toEqual([
      expect.stringMatching(/^there are 2 copies of @opentelemetry\/instrumentation: /),
    ]);
  });

  test('two copies of @opentelemetry/instrumentation with one hook library are a note', async () => {
    const app = makeTwoCopies();
    rmSync(join(app, 'node_modules', TWO, 'node_modules/import-in-the-middle'), { recursive: true });
    const { out } = await runApp(app, ['--import', './preload.mjs', 'app.mjs']);
    expect(out).toMatchObject({ answer: 'answer++', warnings: [], notes: [expect.stringContaining(TWO)] });
  });
});

const { supportsSyncHooks } = createRequire(import.meta.url)('import-in-the-middle/register-hooks.mjs') as {
  supportsSyncHooks(): boolean;
};

// The first case is about the Node that runs the tests.
test.skipIf(process.env.UAT_TEST_NODE !== undefined).for([
  {
    way: 'hooks in this thread take more later',
    needsSyncHooks: true,
    prepare: () => {},
    answer: 'answer+',
    warnings: [],
  },
  {
    way: 'hooks in a loader thread do not, and say so',
    needsSyncHooks: false,
    prepare: withoutSyncHooks,
    answer: 'answer',
    warnings: [
      'ES module imports of other are not traced: this version of Node.js takes the list once, at the first initTracing. Pass every instrumentation there.',
    ],
  },
])('$way', async ({ needsSyncHooks, prepare, answer, warnings }, { skip }) => {
  skip(needsSyncHooks && !supportsSyncHooks(), 'this Node.js has no hooks in this thread');
  const app = makeApp(
    {
      other: { ...CLIENTS.module, 'package.json': CLIENTS.module['package.json'].replace('client', 'other') },
      [ONE]: instrumentationPackage(ONE, { client: [] }),
      [TWO]: instrumentationPackage(TWO, { other: [] }),
    },
    {
      'preload.mjs': `${PRELOAD}
        const require = createRequire(import.meta.url);
        const late = { instrumentation: new (require('${TWO}').FakeInstrumentation)(), packageName: '${TWO}', folder: process.cwd() };
        globalThis.hooks = installModuleHooks([...found, late], process.cwd());`.replace(
        /^/,
        "import { createRequire } from 'node:module';",
      ),
      'app.mjs': ESM_APP.replace("'client'", "'other'"),
    },
    { name: 'app', dependencies: { [ONE]: '1' } },
  );
  prepare(app);
  expect((await runApp(app, ['--import', './preload.mjs', 'app.mjs'])).out).toMatchObject({
    answer,
    warnings,
  });
});

test('an instrumentation of a metapackage is hooked through the copy that made it', async () => {
  const METAPACKAGE = '@opentelemetry/auto-instrumentations-node';
  const app = makeApp(
    {
      client: CLIENTS.module,
      [METAPACKAGE]: {
        'package.json': JSON.stringify({ name: METAPACKAGE, version: '1.0.0', main: 'index.js' }),
        'index.js': `const { FakeInstrumentation } = require('${ONE}'); exports.getNodeAutoInstrumentations = () => [new FakeInstrumentation()];`,
      },
    },
    { 'preload.mjs': PRELOAD, 'app.mjs': ESM_APP },
  );
  const nested = join(app, 'node_modules', METAPACKAGE, 'node_modules');
  writeFiles(join(nested, ONE), instrumentationPackage(ONE, { client: [] }));
  addHookPackages(join(nested, ONE, 'node_modules'));
  const { out } = await runApp(app, ['--import', './preload.mjs', 'app.mjs']);
  expect(out).toEqual({ answer: 'answer+', patched: [`${ONE} client`], ...QUIET });
});

test('a hook library that cannot be loaded leaves the app alone and is said', async () => {
  const app = makeApp(
    { client: CLIENTS.commonjs, [ONE]: instrumentationPackage(ONE, { client: [] }) },
    { 'preload.mjs': PRELOAD, 'app.cjs': CJS_APP },
  );
  appendFileSync(
    join(app, 'node_modules/import-in-the-middle/register-hooks.mjs'),
    '\nexport { nothing } from "./missing.mjs";',
  );
  rmSync(join(app, 'node_modules/import-in-the-middle/hook.mjs'));
  const { out } = await runApp(app, ['--import', './preload.mjs', 'app.cjs']);
  expect(out).toMatchObject({ answer: 'answer+' });
  expect((out as { warnings: string[] }).warnings).toEqual([
    expect.stringMatching(
      /^ES module imports of client are not traced: the module hooks could not be installed: /,
    ),
  ]);
});
