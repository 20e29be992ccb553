import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BuildFailure, buildPrograms, defaultCache } from '../../stack/src/native/build-programs.ts';

type Module = 'prometheus' | 'alertmanager';
type Programs = Awaited<ReturnType<typeof buildPrograms>>;

/** Real programs of the versions that the stack runs, or in one line why there are none. */
export type NativePrograms =
  | { readonly programs: Programs; readonly missing?: undefined }
  | { readonly programs?: undefined; readonly missing: string };

/** A build takes minutes; longer than this, it was cut off. */
const CUT_OFF_MILLIS = 20 * 60_000;

/** Builds what is not there yet. Test files run side by side: the first one builds, the others wait for it. */
export async function findPrograms(module: Module): Promise<NativePrograms> {
  const lock = join(defaultCache(), `.${module}-for-dashboards`);
  mkdirSync(defaultCache(), { recursive: true });
  while (!taken(lock)) await delay(200);
  try {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    return { programs: await buildPrograms({ modules: [module], say }) };
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    return { missing: error.message.split('\n')[0]! };
  } finally {
    rmdirSync(lock);
  }
}

function taken(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && since < Date.now() - CUT_OFF_MILLIS) rmdirSync(lock);
    return false;
  }
}
