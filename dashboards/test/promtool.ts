import { execFile } from 'node:child_process';
import { BuildFailure, buildPrograms } from '../../stack/src/native/build-programs.ts';

/** The real one, of the version that the stack runs; built when it is not there yet, which takes minutes. */
export type Promtool =
  | { readonly path: string; readonly missing?: undefined }
  | { readonly path?: undefined; readonly missing: string };

export async function findPromtool(): Promise<Promtool> {
  try {
    const { promtool } = await buildPrograms({
      modules: ['prometheus'],
      say: (line) => process.stderr.write(`${line}\n`),
    });
    return { path: promtool };
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    return { missing: error.message };
  }
}

/** @returns what it printed; an exit code other than 0 is told apart. */
export function runPromtool(
  path: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile(path, args, { cwd, timeout: 120_000, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, text: stdout + stderr + (error?.killed ? '\ntimed out' : '') });
    });
  });
}
