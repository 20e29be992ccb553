import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tree } from './stack-files.ts';

const SOURCE = fileURLToPath(new URL('compose-loader', import.meta.url));

export interface ComposeLoader {
  /**
   * @param files as after `docker compose -f`
   * @returns the project as Compose sees it, or why it refuses it
   */
  load(
    files: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): { project?: Tree; error?: string };
  remove(): void;
}

/** @returns the loader, or in one sentence why it cannot be built here. */
export function buildComposeLoader(): ComposeLoader | string {
  const folder = mkdtempSync(join(tmpdir(), 'compose-loader-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const built = spawnSync('go', ['build', '-o', join(folder, 'loader'), '.'], {
    cwd: SOURCE,
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (built.error !== undefined || built.status !== 0) {
    remove();
    if (built.error !== undefined) return `Go is not installed (${built.error.message})`;
    // Only what is not ours to mend: a loader that does not compile is a failure.
    if (/dial tcp|no such host|i\/o timeout|connection refused/.test(built.stderr))
      return 'the module of the Compose loader cannot be downloaded';
    throw new Error(`the Compose loader does not build: ${built.stderr}`);
  }
  return {
    load(files, environment = {}) {
      const { status, stdout, stderr } = spawnSync(join(folder, 'loader'), files, {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: folder, ...environment },
        maxBuffer: 10_000_000,
        timeout: 30_000,
      });
      return status === 0 ? { project: JSON.parse(stdout) } : { error: stderr };
    },
    remove,
  };
}
