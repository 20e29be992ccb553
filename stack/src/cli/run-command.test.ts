import { describe, expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

async function runInProcess(args: readonly string[]): Promise<{ code: number; out: string; errors: string }> {
  let [out, errors] = ['', ''];
  const code = await runCommand(
    args,
    {
      environment: {},
      paint: (_, text) => text,
      out: (text) => {
        out += text;
      },
      note: (text) => {
        errors += text;
      },
    },
    new AbortController().signal,
  );
  return { code, out, errors };
}

describe('usage', () => {
  test.each([
    [['--help'], 'npm run stack -- <command>'],
    [['check', '--help'], 'STACK_JAEGER_URL'],
    [['doctor', '-h'], 'STACK_COMPOSE_FILE'],
    [['init', '--help'], 'STACK_SECRETS'],
  ])('%o', async (args, text) => {
    const { code, out } = await runInProcess(args);
    expect({ code, found: out.includes(text) }).toEqual({ code: 0, found: true });
  });

  test.each([
    [[], 'no command; there are doctor, init, check'],
    [['chek'], "there is no command 'chek'"],
    [['toString'], "there is no command 'toString'"],
    [['check', 'nowhere'], 'names no port'],
    [['check', '--wait', 'x'], '--wait must be a whole number'],
    [['doctor', 'now'], 'doctor takes no argument'],
    [['doctor', '--compose-file', '/nonexistent.yaml'], '/nonexistent.yaml cannot be read'],
    [['init', 'now'], 'init takes no argument'],
    [['init', '--force'], "Unknown option '--force'"],
  ])('refuses %o', async (args, problem) => {
    const { code, out, errors } = await runInProcess(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toContain(problem);
  });
});
