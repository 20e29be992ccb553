import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** The package's folder: `@uat/tracing-sdk` resolves to its built `dist` from here. */
export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a program in a process of its own, from the package's folder.
 *
 * @param program source text, or a file's path after `--`-less arguments in `nodeArguments`.
 */
export function runNode(
  program: string,
  {
    type = 'module',
    env = {},
    nodeArguments = [],
    cwd = PACKAGE,
  }: {
    type?: 'module' | 'commonjs';
    env?: Record<string, string>;
    nodeArguments?: string[];
    cwd?: string;
  } = {},
): Promise<Ended> {
  const { NODE_OPTIONS: _, NODE_ENV: __, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...nodeArguments, `--input-type=${type}`, '-e', program],
      { cwd, env: { ...inherited, OTEL_TRACES_EXPORTER: 'none', ...env } },
      (error, stdout, stderr) =>
        resolve({ stdout, stderr, code: error === null ? 0 : (error.code as unknown as number) }),
    );
  });
}
