import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `docker` says; a command that is left out fails. */
export interface DockerAnswers {
  /** Of `docker info`. Seconds, its clock before (-) or after ours. */
  readonly skewSeconds?: number;
  readonly version?: string;
  readonly memory?: number;
  readonly info?: 'denied' | 'down';
  readonly compose?: string;
  /** Lines of `docker compose ps --format json`. */
  readonly containers?: readonly object[];
  readonly images?: readonly string[];
}

/** A folder for the PATH with a program `docker` that answers as told. */
export function createDockerStandIn(answers: DockerAnswers): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'docker-stand-in-'));
  const program = `#!${process.execPath}
const answers = ${JSON.stringify(answers)};
const command = process.argv.slice(2).filter((arg) => !arg.startsWith('-')).join(' ');
const fail = (text) => { process.stderr.write(text + '\\n'); process.exit(1); };
if (command.startsWith('info')) {
  const down = { denied: 'permission denied while trying to connect to the Docker daemon socket', down: 'Cannot connect to the Docker daemon' }[answers.info];
  if (down) { console.log(JSON.stringify({ ServerErrors: [down] })); fail(down); }
  console.log(JSON.stringify({
    ServerVersion: answers.version ?? '28.2.2',
    MemTotal: answers.memory ?? 16 * 1024 ** 3,
    DockerRootDir: '/nonexistent/docker',
    SystemTime: new Date(Date.now() + (answers.skewSeconds ?? 0) * 1000).toISOString(),
  }));
} else if (command === 'compose version') {
  if (answers.compose === undefined) fail("docker: 'compose' is not a docker command.");
  console.log(answers.compose);
} else if (/^compose .* ps/.test(command)) {
  for (const container of answers.containers ?? []) console.log(JSON.stringify(container));
} else if (command.startsWith('image ls')) {
  console.log((answers.images ?? []).join('\\n'));
} else fail('unexpected: ' + command);
`;
  const file = join(folder, 'docker');
  // A program without an extension in a folder without package.json is CommonJS.
  writeFileSync(file, program);
  chmodSync(file, 0o755);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
