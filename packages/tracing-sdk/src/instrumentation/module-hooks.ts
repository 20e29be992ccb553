import { createRequire, register } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Instrumentation } from '../otel-contract.ts';

/** An instrumentation with the folder that its dependencies resolve from. */
export interface HookedInstrumentation {
  readonly instrumentation: Instrumentation;
  readonly packageName: string;
  readonly folder: string;
}

export interface ModuleHooks {
  /** What people have to know: two copies, modules that were loaded too early. */
  readonly warnings: readonly string[];
}

/** What `InstrumentationBase` keeps of the modules it patches. */
interface ModuleDefinition {
  readonly name: string;
}

/**
 * Lets ES module imports of what the instrumentations patch go through import-in-the-middle. It must be the very copy that
 * `@opentelemetry/instrumentation` of those packages uses: hooks of another copy never fire.
 *
 * The hooks run in this thread where Node has `module.registerHooks` in a usable form (22.22.3, 24.11.1, …), else in a
 * loader thread, with an include list either way, so that other modules are not wrapped.
 *
 * @param viaRegister we run ahead of the app, so nothing can have been loaded too early.
 */
export function installModuleHooks(
  instrumentations: readonly HookedInstrumentation[],
  appDirectory: string,
  viaRegister: boolean,
): ModuleHooks {
  const warnings: string[] = [];
  const copies = new Map<string, { users: string[]; modules: Set<string> }>();
  for (const { instrumentation, packageName, folder } of instrumentations) {
    const modules = patchedModules(instrumentation);
    if (modules.length === 0) continue;
    const hookLibrary = resolveHookLibrary(folder);
    if (hookLibrary === undefined) continue;
    const copy = copies.get(hookLibrary) ?? { users: [], modules: new Set() };
    copy.users.push(packageName);
    for (const name of modules) copy.modules.add(name);
    copies.set(hookLibrary, copy);
    if (!viaRegister) warnings.push(...lateModules(packageName, modules, appDirectory));
  }
  for (const [hookLibrary, { modules }] of copies) {
    try {
      hook(hookLibrary, [...modules]);
    } catch (error) {
      warnings.push(
        `ES module imports of ${[...modules].join(', ')} are not traced: the hooks of ${relative(appDirectory, hookLibrary)} could not be installed: ${(error as Error).message}`,
      );
    }
  }
  if (copies.size > 1) {
    const list = [...copies]
      .map(([path, { users }]) => `${relative(appDirectory, path)} (${users.join(', ')})`)
      .join('; ');
    warnings.push(
      `there are ${copies.size} copies of import-in-the-middle: ${list}. Each is hooked, and a module that both patch may be wrapped twice. Run \`npm dedupe\`, then check with \`npm ls import-in-the-middle\`.`,
    );
  }
  return { warnings };
}

/** Packages and files that it patches; Node's own modules need no hook. */
function patchedModules(instrumentation: Instrumentation): string[] {
  const definitions = (instrumentation as Instrumentation & { _modules?: unknown })._modules;
  if (!Array.isArray(definitions)) return [];
  const names = (definitions as ModuleDefinition[])
    .map(({ name }) => name)
    .filter((name) => typeof name === 'string');
  return names.filter((name) => !name.startsWith('node:'));
}

function resolveHookLibrary(folder: string): string | undefined {
  try {
    const fromPackage = createRequire(join(folder, '-'));
    const base = fromPackage.resolve('@opentelemetry/instrumentation');
    return dirname(createRequire(base).resolve('import-in-the-middle'));
  } catch {
    return undefined;
  }
}

interface SyncHooks {
  supportsSyncHooks(): boolean;
  register(options: { include: string[] }): void;
}

/** Modules that are hooked already, by copy: initTracing may run again after shutdown. */
const hooked = new Map<string, Set<string>>();

function hook(hookLibrary: string, modules: readonly string[]): void {
  const known = hooked.get(hookLibrary) ?? new Set();
  const include = modules.filter((name) => !known.has(name));
  if (include.length === 0) return;
  hooked.set(hookLibrary, new Set([...known, ...include]));
  const require = createRequire(join(hookLibrary, 'package.json'));
  const sync = loadSyncHooks(require);
  if (sync?.supportsSyncHooks() === true) {
    sync.register({ include });
    return;
  }
  register(pathToFileURL(join(hookLibrary, 'hook.mjs')).href, { data: { include } });
}

function loadSyncHooks(require: NodeJS.Require): SyncHooks | undefined {
  try {
    return require('import-in-the-middle/register-hooks.mjs') as SyncHooks;
  } catch {
    return undefined;
  }
}

/** Patched packages that CommonJS has loaded already; their functions may be in use unpatched. */
function lateModules(packageName: string, modules: readonly string[], appDirectory: string): string[] {
  const loaded = Object.keys(createRequire(join(appDirectory, '-')).cache ?? {});
  const late = modules.filter((name) => {
    const folder = join('node_modules', name);
    return loaded.some((file) => file.includes(`${folder}/`) || file.includes(`${folder}\\`));
  });
  if (late.length === 0) return [];
  return [
    `${late.join(', ')} was loaded before initTracing, so ${packageName} may miss its calls. Start the app with \`node --import @uat/tracing-sdk/register\`, or call initTracing before anything else is imported.`,
  ];
}
