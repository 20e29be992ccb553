import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import { ROOT } from './repository.mjs';

/**
 * Runs a program in the repository's root, with our input and output.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, onErrorText?: (text: string) => void, quiet?: boolean, passSignals?: boolean, channel?: boolean }} [options]
 *   `onErrorText` sees what it writes to stderr, which is passed on as well; `quiet`: its output shows only when it fails;
 *   `channel`: a Node.js program that learns of our end by the event `disconnect`
 * @returns {Promise<number>} its exit code; 128 + n when signal n ended it
 */
export function run(
  file,
  args,
  { env = {}, onErrorText, quiet = false, passSignals = false, channel = false } = {},
) {
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: [
      'inherit',
      quiet ? 'pipe' : 'inherit',
      quiet || onErrorText !== undefined ? 'pipe' : 'inherit',
      ...(channel ? /** @type {const} */ (['ipc']) : []),
    ],
    // npm is a batch file there, which only a shell runs.
    shell: process.platform === 'win32' && file === 'npm',
  });
  /** @type {Buffer[]} */
  const held = [];
  child.stdout?.on('data', (chunk) => held.push(chunk));
  child.stderr?.on('data', (chunk) => {
    if (quiet) held.push(chunk);
    else process.stderr.write(chunk);
    onErrorText?.(String(chunk));
  });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => void child.kill(signal);
  // Without a listener this process would die first and leave the child behind.
  if (passSignals) for (const signal of signals) process.on(signal, pass);
  // npm that is ended by SIGTERM ends its shell and not us: that our parent has gone is all we get to see.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (passSignals && process.env.npm_lifecycle_event !== undefined && process.ppid !== parent)
      child.kill('SIGTERM');
  }, 500);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      clearInterval(watch);
      reject(error);
    });
    child.on('close', (code, signal) => {
      for (const name of signals) process.removeListener(name, pass);
      if (code !== 0) process.stderr.write(Buffer.concat(held));
      clearInterval(watch);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * Runs the npm that runs us, else the one on the PATH.
 *
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('npm-cli.js')
    ? run(process.execPath, [cli, ...args], options)
    : run('npm', args, options);
}

/** @returns {Record<string, string>} an environment in which `node` is the repository's */
export function withNodeOnPath() {
  return { PATH: [`${ROOT}node_modules/.bin`, process.env.PATH ?? ''].join(delimiter) };
}
