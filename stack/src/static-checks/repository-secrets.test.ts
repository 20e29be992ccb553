import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from './stack-files.ts';

/** What a credential looks like. Tests plant made-up ones, so only shapes that somebody would have to have been issued count. */
const CREDENTIALS: readonly (readonly [string, RegExp])[] = [
  ['private key', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\n[A-Za-z0-9+/=\s]{200,}/],
  ['AWS key', /\bAKIA(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}\b/],
  ['GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})\b/],
  ['Slack token', /\bxox[baprs]-\d{10,}-\d{10,}-[A-Za-z0-9]{20,}/],
  [
    'generated secret of the stack',
    /\b(?:grafana_admin_password|grafana_secret_key|qdrant_api_key|qdrant_read_only_api_key)\b["']?\s*[:=]\s*["']?[0-9a-f]{64}\b/,
  ],
];

/** Made up, and with so little chance in it that it is seen. */
const PLAIN = /abcdefghij|0123456789|([A-Za-z0-9])\1{5}/i;

const listed = spawnSync('git', ['ls-files', '-z'], {
  cwd: REPOSITORY,
  encoding: 'utf8',
  maxBuffer: 50_000_000,
});
const isCheckout = listed.status === 0;
if (!isCheckout) console.warn('Skipped, the search for secrets in the repository: this is no git checkout.');

function credentialsIn(text: string): string[] {
  return CREDENTIALS.flatMap(([name, pattern]) => {
    const match = pattern.exec(text)?.[0];
    return match === undefined || PLAIN.test(match) ? [] : [name];
  });
}

describe.skipIf(!isCheckout)('no secret is in the repository', () => {
  const files = listed.stdout.split('\0').filter((file) => file !== '');

  it('neither as a file that holds one', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(
      files.filter((file) =>
        /(?:^|\/)(?:secrets\/|\.env$|\.env\.(?!example))|\.(?:pem|key|p12|pfx)$/.test(file),
      ),
    ).toEqual([]);
  });

  it('nor within one', () => {
    const found = files
      .filter((file) => {
        const stat = statSync(join(REPOSITORY, file), { throwIfNoEntry: false });
        return stat?.isFile() === true && stat.size < 2_000_000;
      })
      .flatMap((file) =>
        credentialsIn(readFileSync(join(REPOSITORY, file), 'latin1')).map((name) => `${file}: ${name}`),
      );
    expect(found).toEqual([]);
  });

  it.each(['stack/secrets/qdrant_api_key', 'stack/.env'])('git leaves %s alone', (path) => {
    expect(spawnSync('git', ['check-ignore', '-q', path], { cwd: REPOSITORY }).status).toBe(0);
  });
});

it.each([
  ['AWS key', `AKIA${'Q7ZP4M2XW9RT5KLB'}`],
  ['GitHub token', `ghp_${'q7Zp4M2xW9rT5kLb'.repeat(3).slice(0, 36)}`],
  ['generated secret of the stack', `qdrant_api_key=${'7f3a9c05e1b2d846'.repeat(4)}`],
])('the search finds a %s', (name, text) => {
  expect(credentialsIn(`x ${text} y`)).toEqual([name]);
});
