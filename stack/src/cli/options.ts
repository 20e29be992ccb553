import { parseArgs } from 'node:util';

/** An option, documented here and nowhere else: `--help` prints these. */
export interface OptionDeclaration {
  /** Placeholder of its value, such as `<seconds>`; none for a switch. */
  readonly value?: string;
  /** The environment variable that sets it; the option wins. */
  readonly variable?: string;
  /** As text, for the help. */
  readonly default?: string;
  readonly text: string;
}

export type Declarations = Readonly<Record<string, OptionDeclaration>>;

/** Wrong usage: exit code 2. */
export class UsageError extends Error {}

export interface GivenOptions {
  /** Values by option, from the command line, else from the environment. Empty variables count as unset. */
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly switches: ReadonlySet<string>;
  readonly positionals: readonly string[];
}

/** @throws UsageError naming the option, and where to read what there is. */
export function parseOptions(
  command: string,
  declarations: Declarations,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): GivenOptions {
  const options = Object.fromEntries(
    Object.entries(declarations).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/, 1);
    throw new UsageError(`${sentence}; see npm run stack -- ${command} --help`);
  }
  const values: Record<string, string | undefined> = {};
  const switches = new Set<string>();
  if (parsed.values.help === true) switches.add('help');
  for (const [name, { value, variable }] of Object.entries(declarations)) {
    const given = parsed.values[name];
    if (value === undefined) {
      if (given === true) switches.add(name);
    } else {
      values[name] = (given as string | undefined) ?? (environment[variable ?? ''] || undefined);
    }
  }
  return { values, switches, positionals: parsed.positionals };
}

/** @throws UsageError when it is no whole number within the bounds. */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, got '${text}'`);
}

/** @returns the lines of a help text, one option each */
export function describeOptions(declarations: Declarations): string {
  const all: Declarations = { ...declarations, help: { text: 'this text' } };
  const names = Object.entries(all).map(([name, { value = '' }]) => `--${name} ${value}`.trimEnd());
  const width = Math.max(...names.map((name) => name.length)) + 2;
  return Object.values(all)
    .map(({ text, default: fallback, variable }, index) => {
      const notes = [
        fallback === undefined ? '' : `default: ${fallback}`,
        variable === undefined ? '' : `environment: ${variable}`,
      ].filter((note) => note !== '');
      const rest = notes.map((note) => `\n  ${' '.repeat(width)}${note}`).join('');
      return `  ${(names[index] as string).padEnd(width)}${text}${rest}\n`;
    })
    .join('');
}
