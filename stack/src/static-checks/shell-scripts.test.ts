import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readText, STACK_FOLDER } from './stack-files.ts';

const SCRIPTS = [
  'start.sh',
  'generate-secrets.sh',
  'qdrant/entrypoint.sh',
  'src/static-checks/fake-docker.sh',
];

const shellcheck = spawnSync('shellcheck', ['--version']).error === undefined;
if (!shellcheck) console.warn('Skipped, what ShellCheck says of the scripts: it is not installed.');

describe.each(SCRIPTS)('%s', (script) => {
  const path = join(STACK_FOLDER, script);

  it('can be run', () => {
    expect(statSync(path).mode & 0o111).toBe(0o111);
  });

  it('parses, in the shell that it names', () => {
    const shell = /^#!\/bin\/sh\n/.test(readText(script)) ? 'sh' : 'bash';
    expect(spawnSync(shell, ['-n', path], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it.skipIf(!shellcheck)('has nothing that ShellCheck warns of', () => {
    expect(spawnSync('shellcheck', [path], { encoding: 'utf8' }).stdout).toBe('');
  });
});
