import { type Environment, parsePairs } from './environment.ts';
import type { OptionValues } from './option-values.ts';
import type { Signal } from './otlp-connection.ts';
import { type Problems, quote } from './problems.ts';
import type { Setting } from './settings.ts';

/**
 * The headers of every export: credentials in the endpoint, the variable, the option; the later one wins. Values are
 * secrets and stay out of every text.
 */
export function settleHeaders(
  signal: Signal,
  option: unknown,
  authorization: string | undefined,
  values: OptionValues,
  environment: Environment,
  problems: Problems,
): Setting<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const sources = authorization === undefined ? [] : ['credentials in the endpoint'];
  const variable = environment.text(
    `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`,
    'OTEL_EXPORTER_OTLP_HEADERS',
  );
  const given: [string, Record<string, unknown>][] = [];
  if (variable !== undefined) given.push([variable.source, parsePairs(variable, problems)]);
  const inCode = values.object<Record<string, unknown>>('headers', option, 'an object of texts');
  if (inCode !== undefined) given.push([inCode.source, inCode.value]);
  for (const [source, pairs] of given) {
    sources.push(source);
    for (const [key, value] of Object.entries(pairs)) {
      // Node refuses such a header at every export; its value is a secret and stays out of the text.
      if (
        /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(key) &&
        typeof value === 'string' &&
        !/[^\t\x20-\x7e\x80-\xff]/.test(value)
      ) {
        headers[key.toLowerCase()] = value;
      } else {
        problems.wrong(
          `${source}: the header ${quote(key)} has a name or a value that HTTP does not allow. Names are letters, digits and dashes, values are texts on one line.`,
          'the other headers',
        );
      }
    }
  }
  return { value: Object.freeze(headers), source: sources.join(', ') || 'default' };
}
