import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readText, STACK_FOLDER } from './stack-files.ts';

const hasGo = spawnSync('go', ['version']).error === undefined;
if (!hasGo) console.warn('Skipped, the tests of the probe: Go is not installed.');

function go(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('go', args, {
    cwd: join(STACK_FOLDER, 'probe'),
    encoding: 'utf8',
    timeout: 180_000,
  });
  return { status, output: stdout + stderr };
}

it.skipIf(!hasGo).each([['vet'], ['test']])(
  'go %s',
  (command) => {
    const { status, output } = go(command, './...');
    expect(status, output).toBe(0);
  },
  200_000,
);

it.skipIf(!hasGo)('is formatted', () => {
  expect(
    spawnSync(
      'gofmt',
      ['-l', join(STACK_FOLDER, 'probe'), join(STACK_FOLDER, 'src/static-checks/compose-loader')],
      { encoding: 'utf8' },
    ).stdout,
  ).toBe('');
});

it('is built from a pinned image, without modules of others', () => {
  const dockerfile = readText('probe/Dockerfile');
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image as string);
  expect(images).toHaveLength(2);
  expect(images[0]).toMatch(/^golang:\d+\.\d+\.\d+-alpine$/);
  expect(images[1]).toBe('scratch');
  expect(dockerfile).toContain('CGO_ENABLED=0');
  expect(readText('probe/go.mod')).not.toContain('require');
});
