import { describe, expect, it } from 'vitest';
import { COMPOSE_FILES, composeServices, readText } from './stack-files.ts';

const readme = readText('README.md');

/** Rows of the table of settings. */
const documented = new Map(
  [...readme.matchAll(/^\| `([A-Z_]+)` \| ([^|]+?) \|/gm)].map(([, name, value]) => [
    name as string,
    (value as string).replace(/^`([^`]+)`$/, '$1'),
  ]),
);

/** Every setting of the shipped files with its default, by name. */
function settings(): Map<string, string> {
  const found = new Map<string, string>();
  const files = [...COMPOSE_FILES, 'otel-collector/config.yaml', 'jaeger/config.yaml', 'tempo/tempo.yaml'];
  for (const file of files) {
    const code = readText(file).replaceAll(/(^|\s)#.*$/gm, '');
    for (const [, name, value] of code.matchAll(/\$\{(?:env:)?([A-Z_]+):-([^}]*)\}/g))
      found.set(name as string, value as string);
  }
  // Where files lie in a container is not for the operator.
  for (const name of ['QUEUE_DIRECTORY', 'JAEGER_UI_CONFIG']) found.delete(name);
  return found;
}

describe('the table of settings', () => {
  const real = settings();

  it('has every setting, and no other', () => {
    expect(real.size).toBeGreaterThan(30);
    expect([...documented.keys()].sort()).toEqual([...real.keys()].sort());
  });

  it.each([...real])('%s is %s', (name, value) => {
    expect(documented.get(name)).toBe(value);
  });
});

it('names every port that is published', () => {
  const ports = Object.values(composeServices()).flatMap((service) => service.ports ?? []);
  for (const port of ports) expect(readme).toMatch(new RegExp(`localhost:${port.split(':').at(-1)}\\b`));
});

it('has the headings that programs send their users to', () => {
  for (const file of ['start.sh', 'probe/prepare.go']) {
    const headings = [...readText(file).matchAll(/see \\?"([^"\\]+)\\?" in the README/g)].map(
      ([, heading]) => heading as string,
    );
    expect(headings.length, file).toBeGreaterThan(0);
    for (const heading of headings) expect(readme).toMatch(new RegExp(`^##+ ${heading}$`, 'm'));
  }
});

it('says what took the place of every file and command of the brief', () => {
  const table = readme.slice(readme.indexOf('## Names of the first description'));
  for (const name of [
    'docker-compose-fixed.yml',
    'otel-collector-fixed.yml',
    'tempo-fixed.yaml',
    'prometheus-fixed.yml',
    'tracing_setup_fixed.rs',
    'start-tracing-fixed.sh',
    'test-tracing-pipeline.py',
    '--with-apps',
    '--clean',
    'admin/tracing123',
    'pip install',
  ])
    expect(table, name).toContain(name);
});
