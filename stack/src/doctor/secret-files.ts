import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { asObject, objects } from '../check/stored-trace.ts';
import { STACK_FOLDER } from '../compose/compose-file.ts';
import type { Finding } from './finding.ts';

/** Which secrets go to which service: the plan that hands them over at the start names every one. */
const PLAN = join(STACK_FOLDER, 'probe/plan/prepare.json');
const OTHERS = 0o077;
const HAS_MODES = process.platform !== 'win32';

export async function checkSecrets(folder: string): Promise<Finding> {
  const subject = 'secrets';
  const plan: unknown = JSON.parse(await readFile(PLAN, 'utf8'));
  const secrets = objects(asObject(plan)?.secrets);
  const names = new Set(secrets.map(({ from }) => basename(String(from))));
  const optional = new Set(
    secrets.filter((one) => one.optional === true).map(({ from }) => basename(String(from))),
  );
  const absent: string[] = [];
  const open: string[] = [];
  for (const name of [...names].sort()) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found === undefined || !found.isFile() || found.size === 0) {
      if (!optional.has(name)) absent.push(name);
    } else if (HAS_MODES && (found.mode & OTHERS) !== 0) open.push(name);
  }
  const action = 'npm run stack -- init';
  if (open.length > 0) {
    return {
      subject,
      verdict: 'problem',
      reason: `others can read ${open.join(', ')} in ${folder}`,
      action: `chmod 700 ${folder} && chmod 600 ${folder}/*`,
    };
  }
  if (absent.length > 0) {
    return {
      subject,
      verdict: 'warning',
      reason: `${absent.length} of ${names.size - optional.size} are not there yet: ${absent.join(', ')}`,
      action: `${action} (stack/start.sh does it as well)`,
    };
  }
  return {
    subject,
    verdict: 'ok',
    reason: `all ${names.size - optional.size} in ${folder}, readable by you alone`,
  };
}
