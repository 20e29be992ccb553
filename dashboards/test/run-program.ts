import { execFile } from 'node:child_process';

export interface Ended {
  readonly code: number;
  /** Of both its outputs. */
  readonly text: string;
}

/** Bounded: one that hangs is ended after two minutes. */
export function runProgram(path: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(path, args, { cwd, timeout: 120_000, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, text: stdout + stderr + (error?.killed ? '\ntimed out' : '') });
    });
  });
}
