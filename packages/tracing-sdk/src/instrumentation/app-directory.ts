import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, sep } from 'node:path';

/**
 * Folder of the app that this process runs: of the main script, or the working directory where there is none (`node -e`,
 * the REPL) or where the script is a tool's (`next start`, `node_modules/.bin/…`).
 *
 * @param mainScript Default: `process.argv[1]`. It may lack its extension, be a symbolic link, or be a folder (`node .`).
 */
export function appDirectory(
  mainScript: string | undefined = process.argv[1],
  workingDirectory: () => string = process.cwd,
): string {
  if (mainScript === undefined || !isAbsolute(mainScript)) return workingDirectory();
  let script = mainScript;
  try {
    // As Node does for the main module.
    script = realpathSync(mainScript);
    if (statSync(script).isDirectory()) return script;
  } catch {
    // Without its extension, as in `node app`.
  }
  return script.includes(`${sep}node_modules${sep}`) ? workingDirectory() : dirname(script);
}
