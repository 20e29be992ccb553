/** The own tests and linters of the examples in Rust and Go, without a network: all they need is fetched before. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  CARGO_TARGET_DIR,
  hasClippy,
  hasRaceDetector,
  ROUTER_FOLDER,
  WEBSOCKET_FOLDER,
} from '../../scripts/example-builds.mjs';
import { figures } from './figures.ts';
import { examplesMissing } from './polyglot-stack.ts';

const record = figures('The tests and linters of the examples in Rust and Go');
const WITHIN_MILLIS = 900_000;

async function run(folder: string, [file = '', ...args]: readonly string[]) {
  const started = performance.now();
  const child = spawn(file, args, {
    cwd: folder,
    env: {
      ...process.env,
      CARGO_TARGET_DIR,
      CARGO_NET_OFFLINE: 'true',
      CARGO_TERM_COLOR: 'never',
      GOPROXY: 'off',
      GOFLAGS: '-mod=readonly',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: WITHIN_MILLIS,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  const [code] = await once(child, 'close');
  return { code, text, seconds: Math.round((performance.now() - started) / 1000) };
}

describe.skipIf(examplesMissing)('llm-router', () => {
  it('cargo clippy --all-targets -- -D warnings', { timeout: WITHIN_MILLIS }, async (context) => {
    if (!hasClippy()) context.skip('clippy is not installed: rustup component add clippy');
    const command = ['cargo', 'clippy', '--locked', '--all-targets', '--', '-D', 'warnings'];
    const { code, text, seconds } = await run(ROUTER_FOLDER, command);
    expect(code, text.slice(-6000)).toBe(0);
    record('cargo clippy --all-targets -- -D warnings', `clean, ${seconds} s`);
  });

  it('cargo test', { timeout: WITHIN_MILLIS }, async () => {
    const { code, text, seconds } = await run(ROUTER_FOLDER, ['cargo', 'test', '--locked']);
    expect(code, text.slice(-6000)).toBe(0);
    const results = [...text.matchAll(/^test result: ok\. (\d+) passed; 0 failed; (\d+) ignored/gm)];
    const sum = (group: number) => results.reduce((total, result) => total + Number(result[group]), 0);
    record('cargo test', `${sum(1)} passed, ${sum(2)} ignored, ${seconds} s`);
    expect(sum(1)).toBeGreaterThan(0);
  });
});

describe.skipIf(examplesMissing)('websocket-service', () => {
  it('go vet ./...', { timeout: WITHIN_MILLIS }, async () => {
    const { code, text, seconds } = await run(WEBSOCKET_FOLDER, ['go', 'vet', './...']);
    expect(code, text.slice(-6000)).toBe(0);
    record('go vet ./...', `clean, ${seconds} s`);
  });

  it('go test -race ./...', { timeout: WITHIN_MILLIS }, async (context) => {
    if (!hasRaceDetector()) context.skip("Go's race detector needs a C compiler: install gcc");
    const command = ['go', 'test', '-race', '-count=1', '-json', './...'];
    const { code, text, seconds } = await run(WEBSOCKET_FOLDER, command);
    const events = text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { Action: string; Test?: string; Output?: string });
    const count = (action: string) =>
      events.filter(({ Action, Test }) => Action === action && Test !== undefined).length;
    const output = events.map(({ Output = '' }) => Output).join('');
    expect(code, output.slice(-6000) || text.slice(-6000)).toBe(0);
    expect(output).not.toContain('DATA RACE');
    record(
      'go test -race ./...',
      `${count('pass')} passed with their cases, ${count('skip')} skipped, ${seconds} s`,
    );
    expect(count('pass')).toBeGreaterThan(0);
  });
});
