import { MAX_INT32 } from './bounds.ts';
import { type Problems, quote } from './problems.ts';
import type { Setting } from './settings.ts';

/** Environment variables as the OpenTelemetry specification reads them: an empty one counts as unset. */
export interface Environment {
  /** The first of `names` that is set, trimmed, with its name as source. */
  text(...names: string[]): Setting<string> | undefined;
  /** A number of at least `least`; a wrong one is a problem and counts as unset. */
  number(least: number, ...names: string[]): Setting<number> | undefined;
  /** The same of a time that a timer holds, up to `MAX_INT32` milliseconds. */
  millis(least: number, ...names: string[]): Setting<number> | undefined;
  /** True only for `true` in any case; the specification takes everything else as false. */
  isTrue(name: string): boolean;
  /** Comma-separated, trimmed, empty entries left out. */
  list(...names: string[]): Setting<string[]> | undefined;
  /** One of `allowed`, in any case; a wrong one is a problem and counts as unset. */
  oneOf<T extends string>(allowed: readonly T[], ...names: string[]): Setting<T> | undefined;
}

export function createEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  problems: Problems,
): Environment {
  const environment: Environment = {
    text(...names) {
      for (const name of names) {
        const value = variables[name]?.trim();
        if (value !== undefined && value !== '') return { value, source: name };
      }
      return undefined;
    },
    number: (least, ...names) => numberWithin(least, Number.MAX_VALUE, names),
    millis: (least, ...names) => numberWithin(least, MAX_INT32, names),
    isTrue(name) {
      const text = environment.text(name);
      if (text === undefined) return false;
      if (!/^(true|false)$/i.test(text.value)) {
        problems.notice(`${name} is ${quote(text.value)}: only 'true' switches it on, so it is off.`);
      }
      return text.value.toLowerCase() === 'true';
    },
    list(...names) {
      const text = environment.text(...names);
      if (text === undefined) return undefined;
      const value = text.value
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
      return { value, source: text.source };
    },
    oneOf(allowed, ...names) {
      const text = environment.text(...names);
      if (text === undefined) return undefined;
      const value = allowed.find((name) => name === text.value.toLowerCase());
      if (value !== undefined) return { value, source: text.source };
      problems.wrong(
        `${text.source} is ${quote(text.value)}; allowed are ${allowed.join(', ')}.`,
        'the default',
      );
      return undefined;
    },
  };
  return environment;

  function numberWithin(least: number, most: number, names: readonly string[]): Setting<number> | undefined {
    const text = environment.text(...names);
    if (text === undefined) return undefined;
    const value = Number(text.value);
    if (value >= least && value <= most) return { value, source: text.source };
    const range = most === MAX_INT32 ? `from ${least} to ${most}` : `of at least ${least}`;
    problems.wrong(
      `${text.source} is ${quote(text.value)}, which is no number ${range}. Set a number or remove the variable.`,
      'the default',
    );
    return undefined;
  }
}

/**
 * `key=value,key2=value2` with percent-encoding, as OTEL_RESOURCE_ATTRIBUTES and OTEL_EXPORTER_OTLP_HEADERS have it (W3C
 * Baggage without properties). Values never occur in the problem's text: headers are secrets.
 */
export function parsePairs(text: Setting<string>, problems: Problems): Record<string, string> {
  const pairs: Record<string, string> = {};
  const entries = text.value.split(',');
  for (let index = 0; index < entries.length; index++) {
    const entry = (entries[index] as string).trim();
    if (entry === '') continue;
    const equals = entry.indexOf('=');
    const pair = equals > 0 ? decodePair(entry.slice(0, equals), entry.slice(equals + 1)) : undefined;
    if (pair === undefined) {
      problems.wrong(
        `${text.source}: entry ${index + 1} of ${entries.length} is not key=value with percent-encoded text. Write 'key=value,key2=value2' (a comma or an equals sign within a value as %2C, %3D).`,
        'the other entries',
      );
      continue;
    }
    pairs[pair[0]] = pair[1];
  }
  return pairs;
}

function decodePair(key: string, value: string): [string, string] | undefined {
  try {
    const name = decodeURIComponent(key.trim());
    return name === '' ? undefined : [name, decodeURIComponent(value.trim().replace(/^"(.*)"$/, '$1'))];
  } catch {
    return undefined;
  }
}
