import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  /** The series' name; of `{__name__="x"}` it is not told. */
  readonly name: string;
  readonly labels: readonly string[];
}

/** What an expression asks for. */
export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels in `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  readonly groupingLabels: readonly string[];
  /** Labels that `label_replace` and `label_join` write. */
  readonly writtenLabels: readonly string[];
}

/**
 * Parses PromQL.
 *
 * @throws SyntaxError with the place, where it is none.
 */
export function parsePromql(text: string): Expression {
  const selectors: Selector[] = [];
  const groupingLabels: string[] = [];
  const writtenLabels: string[] = [];
  const of = ({ from, to }: SyntaxNode): string => text.slice(from, to);
  parser.parse(text).iterate({
    enter({ type, node }) {
      if (type.isError) {
        const place = text.slice(Math.max(0, node.from - 20), node.to + 20);
        throw new SyntaxError(`not PromQL at character ${node.from}, near ${JSON.stringify(place)}: ${text}`);
      }
      if (type.name === 'VectorSelector') {
        const name = node.getChild('Identifier');
        if (!name) throw new SyntaxError(`a selector without a name: ${of(node)}`);
        selectors.push({ name: of(name), labels: matchedLabels(node, of) });
      }
      if (type.name === 'FunctionCall' && /^label_(replace|join)\b/.test(of(node))) {
        const written = node.getChild('FunctionCallBody')?.getChild('StringLiteral');
        if (written) writtenLabels.push(of(written).slice(1, -1));
      }
      if (type.name === 'GroupingLabels') {
        for (const label of node.getChildren('LabelName')) groupingLabels.push(of(label));
      }
    },
  });
  return { selectors, groupingLabels, writtenLabels };
}

function matchedLabels(selector: SyntaxNode, of: (node: SyntaxNode) => string): string[] {
  const labels: string[] = [];
  selector.cursor().iterate(({ name, node }) => {
    if (name === 'UnquotedLabelMatcher') labels.push(of(node.getChild('LabelName')!));
  });
  return labels;
}
