import { afterAll, describe, expect, test } from 'vitest';
import {
  CLIENTS,
  instrumentationPackage,
  makeApp,
  removeApps,
  runApp,
  source,
} from './installed-app.fixture.ts';

afterAll(removeApps);

const ONE = '@opentelemetry/instrumentation-one';

/** What `initTracing` in the app's own code does, cut down to this part. `diag` warnings go to stderr. */
const START = `
  import { diag, DiagLogLevel, trace } from '@opentelemetry/api';
  import { discoverInstrumentations } from ${JSON.stringify(source('./discover.ts'))};
  import { installModuleHooks } from ${JSON.stringify(source('./module-hooks.ts'))};
  import { catchUpWithLateModules } from ${JSON.stringify(source('./late-modules.ts'))};
  import { switchOn } from ${JSON.stringify(source('./switch-on.ts'))};
  const say = (...words) => process.stderr.write(words.join(' ') + '\\n');
  diag.setLogger({ error: say, warn: say, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  export function start() {
    const { found } = discoverInstrumentations();
    switchOn(found.map(({ instrumentation }) => instrumentation), trace.getTracerProvider());
    installModuleHooks(found, process.cwd());
    const late = catchUpWithLateModules(found, process.cwd(), 0);
    globalThis.warnings = late.warnings;
    return late;
  }`;
const FILES = { 'start.mjs': START, 'tracing.mjs': "import { start } from './start.mjs'; start();" };
const REPORT =
  'console.log(JSON.stringify({ answer: new Client().ask(), patched: globalThis.patched, warnings: globalThis.warnings }));';
const PATCHED_ONCE = { out: { answer: 'answer+', patched: [`${ONE} client`], warnings: [] }, stderr: '' };
const HELD = (what: string): string =>
  `client was loaded before initTracing, so ${ONE} may miss its calls. Start the app with \`node --import @uat/tracing-sdk/register\`; what the app holds of it already stays as it was (${what}).`;

const INNER = {
  'package.json': '{"name":"client","version":"2.0.0","main":"index.js"}',
  'index.js': "exports.Client = require('./lib/inner.js').Client;",
  'lib/inner.js': CLIENTS.commonjs['index.js'],
};

describe('a CommonJS package: its prototypes are patched once, whenever it was loaded, without a warning', () => {
  test.each([
    [
      'imported before the call',
      'app.mjs',
      "import { Client } from 'client'; import { start } from './start.mjs'; start();",
    ],
    [
      'required before the call',
      'app.cjs',
      "const { Client } = require('client'); require('./start.mjs').start();",
    ],
    ['required after the call', 'app.cjs', "require('./tracing.mjs'); const { Client } = require('client');"],
    [
      'imported after the module that calls',
      'app.mjs',
      "import './tracing.mjs'; import { Client } from 'client';",
    ],
  ])('%s', async (_, main, program) => {
    const app = makeApp(
      { client: CLIENTS.commonjs, [ONE]: instrumentationPackage(ONE, { client: [] }) },
      { ...FILES, [main]: `${program} ${REPORT}` },
    );
    expect(await runApp(app, [main])).toEqual(PATCHED_ONCE);
  });

  test.each([
    ['before', "const { Client } = require('client'); require('./start.mjs').start();"],
    ['after', "require('./tracing.mjs'); const { Client } = require('client');"],
  ])('a file inside it, loaded %s the call', async (_, program) => {
    const app = makeApp(
      { client: INNER, [ONE]: instrumentationPackage(ONE, { client: ['client/lib/inner.js'] }) },
      { ...FILES, 'app.cjs': `${program} ${REPORT}` },
    );
    const { out, stderr } = await runApp(app, ['app.cjs']);
    expect({ out, stderr }).toEqual({
      out: { answer: 'answer+', patched: [`${ONE} client/lib/inner.js`], warnings: [] },
      stderr: '',
    });
  });
});

describe('where the patch puts something else in place', () => {
  const replacing = (statement: string) => ({
    ...instrumentationPackage(ONE, {}),
    'index.cjs': `
      const { InstrumentationBase, InstrumentationNodeModuleDefinition } = require('@opentelemetry/instrumentation');
      exports.FakeInstrumentation = class FakeInstrumentation extends InstrumentationBase {
        constructor(config) { super('fake', '1.0.0', config); }
        init() { return [new InstrumentationNodeModuleDefinition('client', ['*'], (exports) => { ${statement} }, () => {})]; }
      };`,
  });
  const PROPERTY = replacing("exports.ask = () => 'patched'; return exports;");
  const WHOLE = replacing("return { ask: () => 'patched' };");
  const ASK = {
    'package.json': CLIENTS.commonjs['package.json'],
    'index.js':
      "exports.ask = () => 'answer'; Object.defineProperty(exports, 'lazy', { enumerable: true, get() { throw new Error('read'); } });",
  };
  const ANSWER = 'console.log(JSON.stringify({ answer: ask(), warnings: globalThis.warnings }));';

  test.each([
    ['a property', PROPERTY, 'ask'],
    ['all of module.exports', WHOLE, 'module.exports'],
  ])('%s, and the app holds the old one: a warning names it', async (_, instrumentation, what) => {
    const app = makeApp(
      { client: ASK, [ONE]: instrumentation },
      { ...FILES, 'app.cjs': `const { ask } = require('client'); require('./start.mjs').start(); ${ANSWER}` },
    );
    expect(await runApp(app, ['app.cjs'])).toEqual({
      out: { answer: 'answer', warnings: [HELD(what)] },
      stderr: '',
    });
  });

  test('a property, and an ES module imports it afterwards: it gets the new one', async () => {
    const app = makeApp(
      { client: ASK, [ONE]: PROPERTY },
      { ...FILES, 'app.mjs': `import './tracing.mjs'; import { ask } from 'client'; ${ANSWER}` },
    );
    expect(await runApp(app, ['app.mjs'])).toEqual({ out: { answer: 'patched', warnings: [] }, stderr: '' });
  });

  test('all of module.exports, and an ES module imports it afterwards: said through diag', async () => {
    const app = makeApp(
      { client: ASK, [ONE]: WHOLE },
      { ...FILES, 'app.mjs': `import './tracing.mjs'; import { ask } from 'client'; ${ANSWER}` },
    );
    expect(await runApp(app, ['app.mjs'])).toEqual({
      out: { answer: 'answer', warnings: [] },
      stderr: `${HELD('module.exports')}\n`,
    });
  });

  test('a patch that throws does not reach the app', async () => {
    const app = makeApp(
      { client: ASK, [ONE]: replacing("throw new Error('broken');") },
      { ...FILES, 'app.cjs': `const { ask } = require('client'); require('./start.mjs').start(); ${ANSWER}` },
    );
    const { out, stderr } = await runApp(app, ['app.cjs']);
    expect(out).toEqual({ answer: 'answer', warnings: [] });
    expect(stderr).toContain('An instrumentation failed in patching');
  });
});

describe('an ES module that is linked before the call', () => {
  const HINT = `${ONE} has found nothing to patch so far: client is an ES module, and an app's import statements are linked before its initTracing runs. If the app imports it by such a statement, its calls are not traced. Start the app with \`node --import @uat/tracing-sdk/register\`.\n`;

  test.each([
    ['module', "import { Client } from 'client'; import { start } from './start.mjs'; start();"],
    ['dual', "import './tracing.mjs'; import { Client } from 'client';"],
  ] as const)('is out of reach, which is said once the app runs: %s', async (form, program) => {
    const app = makeApp(
      { client: CLIENTS[form], [ONE]: instrumentationPackage(ONE, { client: [] }) },
      { ...FILES, 'app.mjs': `${program} setTimeout(() => {}, 5); ${REPORT}` },
    );
    expect(await runApp(app, ['app.mjs'])).toEqual({
      out: { answer: 'answer', patched: [], warnings: [] },
      stderr: HINT,
    });
  });

  test('is no matter for an instrumentation that finds it by itself', async () => {
    const own = instrumentationPackage(ONE, { client: [] });
    const findsItself = own['index.cjs']!.replace(
      'constructor(',
      'reachesLoadedModules = true; constructor(',
    );
    const app = makeApp(
      { client: CLIENTS.module, [ONE]: { ...own, 'index.cjs': findsItself } },
      {
        ...FILES,
        'app.mjs': "import './tracing.mjs'; import 'client'; setTimeout(() => console.log(0), 5);",
      },
    );
    expect(await runApp(app, ['app.mjs'])).toEqual({ out: 0, stderr: '' });
  });

  test('is patched where it is imported later', async () => {
    const app = makeApp(
      { client: CLIENTS.module, [ONE]: instrumentationPackage(ONE, { client: [] }) },
      { ...FILES, 'app.mjs': `import './tracing.mjs'; const { Client } = await import('client'); ${REPORT}` },
    );
    expect((await runApp(app, ['app.mjs'])).out).toEqual(PATCHED_ONCE.out);
  });

  test.each([
    ['the app is CommonJS', ['app.cjs']],
    ['something was loaded ahead of the app', ['--import', './tracing.mjs', 'app.mjs']],
    ['stop() was called', ['stopped.mjs']],
  ])('nothing is said where %s', async (_, nodeArguments) => {
    const app = makeApp(
      { client: CLIENTS.module, [ONE]: instrumentationPackage(ONE, { client: [] }) },
      {
        ...FILES,
        'app.mjs': 'setTimeout(() => console.log(0), 5);',
        'app.cjs': "require('./start.mjs').start(); setTimeout(() => console.log(0), 5);",
        'stopped.mjs':
          "import { start } from './start.mjs'; start().stop(); setTimeout(() => console.log(0), 5);",
      },
    );
    expect(await runApp(app, nodeArguments)).toEqual({ out: 0, stderr: '' });
  });
});

test('after stop(), what is loaded is left alone', async () => {
  const app = makeApp(
    { client: CLIENTS.commonjs, [ONE]: instrumentationPackage(ONE, { client: [] }) },
    {
      ...FILES,
      'tracing.mjs': "import { start } from './start.mjs'; start().stop();",
      'app.mjs': `import './tracing.mjs'; import { Client } from 'client'; ${REPORT}`,
    },
  );
  expect((await runApp(app, ['app.mjs'])).out).toEqual({ answer: 'answer', patched: [], warnings: [] });
});
