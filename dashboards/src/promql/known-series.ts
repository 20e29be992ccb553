import { SERIES } from '../catalogue/catalogue.ts';
import { RECORDING_RULES } from '../rules/recording-rules.ts';
import { parsePromql } from './expression.ts';

/** Labels by series: of the catalogue, and of what rules record. */
export const KNOWN_SERIES: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const known = new Map<string, Set<string>>();
  const add = (name: string, labels: Iterable<string>): void => {
    known.set(name, new Set([...(known.get(name) ?? []), ...labels]));
  };
  for (const [name, emitted] of SERIES) for (const { labels } of emitted) add(name, labels);
  for (const { rules } of RECORDING_RULES) for (const { record, keeps } of rules) add(record, keeps);
  return known;
})();

/**
 * What is wrong with an expression: names that nothing prints or records, labels that the series do not have.
 *
 * @throws SyntaxError where it is not PromQL.
 */
export function unknownIn(expr: string): string[] {
  const { selectors, groupingLabels, writtenLabels } = parsePromql(expr);
  const wrong: string[] = [];
  const all = new Set<string>(writtenLabels);
  for (const { name, labels } of selectors) {
    const known = KNOWN_SERIES.get(name);
    if (!known) {
      wrong.push(`${name} is in no emitter's catalogue and no rule records it`);
      continue;
    }
    for (const label of known) all.add(label);
    for (const label of labels) if (!known.has(label)) wrong.push(`${name} has no label ${label}`);
  }
  for (const label of groupingLabels) if (!all.has(label)) wrong.push(`no series has the label ${label}`);
  return wrong;
}
