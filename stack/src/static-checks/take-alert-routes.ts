/**
 * Alertmanager reads one file, in which receivers are the operator's and routes and inhibitions are printed with the alerts.
 * Run as a program it takes the printed part anew into `alertmanager/alertmanager.yml`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY, readText, STACK_FOLDER } from './stack-files.ts';

const FILE = 'alertmanager/alertmanager.yml';
const PRINTED = 'dashboards/generated/alertmanager/route-and-inhibitions.yml';
/** The last line that is the operator's. */
const MARK = /^# `node stack\/src\/static-checks\/take-alert-routes\.ts` takes it anew\.\n/m;

/**
 * @returns the file as it should be.
 * @throws Error when the line is gone behind which the printed part stands.
 */
export function withPrintedRoutes(): string {
  const text = readText(FILE);
  const mark = MARK.exec(text);
  if (mark === null)
    throw new Error(`${FILE} has lost the comment behind which routes and inhibitions stand`);
  const printed = readFileSync(join(REPOSITORY, PRINTED), 'utf8').replaceAll(/^#.*\n/gm, '');
  return text.slice(0, mark.index + mark[0].length) + printed;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(STACK_FOLDER, FILE), withPrintedRoutes());
