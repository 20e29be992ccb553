import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A selector in an expression, with what is done to it at once. */
export interface SelectorUse {
  readonly metric: string;
  /** Of `rate(metric[5m])`: `rate`; undefined where it is not within a function, or stands without a range. */
  readonly function?: string;
  /** `5m` */
  readonly range?: string;
  /** Label matchers as they are written. */
  readonly matchers: readonly string[];
}

export function selectorUses(expr: string): SelectorUse[] {
  const uses: SelectorUse[] = [];
  const text = ({ from, to }: SyntaxNode): string => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter({ name, node }) {
      if (name !== 'VectorSelector') return;
      const matrix = node.parent?.name === 'MatrixSelector' ? node.parent : undefined;
      const range = matrix && /\[([^\]]+)\]$/.exec(text(matrix))?.[1];
      const call = matrix && callAround(matrix);
      const matchers: string[] = [];
      node.cursor().iterate(({ name: inner, node: matcher }) => {
        if (inner === 'UnquotedLabelMatcher') matchers.push(text(matcher).replaceAll(/\s/g, ''));
      });
      uses.push({
        metric: text(node.getChild('Identifier')!),
        matchers,
        ...(range === undefined ? {} : { range }),
        ...(call === undefined ? {} : { function: text(call.getChild('FunctionIdentifier')!) }),
      });
    },
  });
  return uses;
}

function callAround(node: SyntaxNode): SyntaxNode | undefined {
  for (let parent = node.parent; parent; parent = parent.parent) {
    if (parent.name === 'FunctionCall') return parent;
    if (!['FunctionCallBody', 'FunctionCallArgs', 'Expr'].includes(parent.name)) return undefined;
  }
  return undefined;
}

/** The labels that the outermost `by` around each selector leaves; undefined where there is none, and all are left. */
export function groupingsAround(expr: string): (string[] | undefined)[] {
  const groupings: (string[] | undefined)[] = [];
  parser.parse(expr).iterate({
    enter({ name, node }) {
      if (name !== 'VectorSelector') return;
      let grouping: string[] | undefined;
      for (let parent = node.parent; parent; parent = parent.parent) {
        const modifier = parent.name === 'AggregateExpr' ? parent.getChild('AggregateModifier') : null;
        if (!modifier?.getChild('By')) continue;
        const labels = modifier.getChild('GroupingLabels')?.getChildren('LabelName') ?? [];
        grouping = labels.map(({ from, to }) => expr.slice(from, to));
      }
      groupings.push(grouping);
    },
  });
  return groupings;
}
