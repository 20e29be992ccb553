import { formatDuration } from '../durations.ts';
import type { ReceivedSpan } from '../receiver/otlp-parts.ts';
import { attributesText, failureText, hasFailed } from '../traces/span-details.ts';
import { buildSpanTree, descend, type SpanNode, type SpanTree } from '../traces/span-tree.ts';
import { createPaint, type Paint, type Style } from './colours.ts';
import { cleanText, displayWidth, padEnd, truncate } from './terminal-text.ts';
import { type Row, waterfallRows } from './waterfall-rows.ts';

export interface WaterfallOptions {
  /** Columns. Default: 80; at least 40. */
  readonly width?: number;
  /** Default: false. */
  readonly colours?: boolean;
  /** Spans shown; of larger traces the failed and the long ones. Default: 40. */
  readonly maxSpans?: number;
}

const DURATION_WIDTH = 8;
const GAP = '  ';
/** Told apart by eye, and neither red nor grey, which mean something. */
const SERVICE_STYLES: readonly Style[] = ['cyan', 'magenta', 'yellow', 'blue', 'green'];

/**
 * Draws one trace: a line with what it is, then a line for each span (tree, bar, duration), with a second one where it
 * failed or has something to say.
 *
 * @param spans of one trace, in any order, complete or not; texts in them need not be trusted
 * @returns lines joined by newlines, none wider than `width`, without one at the end
 */
export function renderWaterfall(spans: readonly ReceivedSpan[], options: WaterfallOptions = {}): string {
  const { width = 80, colours = false, maxSpans = 40 } = options;
  const columns = Math.max(40, width);
  const paint = createPaint(colours);
  const tree = buildSpanTree(spans);
  const styles = new Map<string, Style>();
  for (const { service } of descend(tree.roots)) {
    if (service !== '' && !styles.has(service)) {
      styles.set(service, SERVICE_STYLES[styles.size % SERVICE_STYLES.length] as Style);
    }
  }
  const barWidth = Math.floor(columns * 0.35);
  const sheet: Sheet = {
    columns,
    nameWidth: columns - barWidth - DURATION_WIDTH - 2 * GAP.length,
    barWidth,
    total: tree.duration,
    paint,
    styles,
  };
  const lines = headLines(spans, tree, sheet);
  let above: string[] = [];
  for (const row of waterfallRows(tree, maxSpans)) {
    // Services by level, to name one only where it changes.
    above = above.slice(0, row.lineage.length);
    if (row.kind === 'left-out') lines.push(leftOutLine(row, sheet));
    else {
      lines.push(...spanLines(row.node, row.lineage, above.at(-1), sheet));
      above.push(row.node.service);
    }
  }
  return lines.join('\n');
}

interface Sheet {
  readonly columns: number;
  readonly nameWidth: number;
  readonly barWidth: number;
  /** Nanoseconds. */
  readonly total: number;
  readonly paint: Paint;
  readonly styles: ReadonlyMap<string, Style>;
}

function headLines(
  spans: readonly ReceivedSpan[],
  tree: SpanTree,
  { columns, paint, styles }: Sheet,
): string[] {
  if (tree.spanCount === 0) return ['trace without spans'];
  const failed = [...descend(tree.roots)].filter(({ span }) => span !== undefined && hasFailed(span)).length;
  const facts = [
    formatDuration(tree.duration),
    tree.spanCount === 1 ? '1 span' : `${tree.spanCount} spans`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    [...styles.keys()].map(cleanText).join(', '),
  ];
  const text = `trace ${spans[0]?.traceId}${GAP}${facts.join(', ')}`;
  // The identifier takes half a narrow terminal: the facts then get a line of their own.
  const lines =
    displayWidth(text) <= columns
      ? [text]
      : [`trace ${spans[0]?.traceId}`, truncate(`${GAP}${facts.join(', ')}`, columns)];
  for (const [service, skew] of tree.skew) {
    const direction = skew > 0 ? 'behind' : 'ahead';
    const note = `${GAP}clock of ${cleanText(service)} is about ${formatDuration(Math.abs(skew))} ${direction}; taken out below`;
    lines.push(truncate(note, columns));
  }
  return lines.map((line, i) => paint(i === 0 ? 'bold' : 'dim', line));
}

function spanLines(
  node: SpanNode,
  lineage: readonly boolean[],
  parentService: string | undefined,
  sheet: Sheet,
): string[] {
  const { paint, nameWidth } = sheet;
  const { span } = node;
  const branch = fitTree(drawBranch(lineage), nameWidth);
  const room = nameWidth - displayWidth(branch);
  if (span === undefined) {
    return [paint('dim', truncate(`${branch}(parent ${node.spanId} has not arrived)`, sheet.columns))];
  }
  const failed = hasFailed(span);
  const service = node.service === parentService ? '' : `${cleanText(node.service)}: `;
  const label = truncate(`${failed ? '✗ ' : ''}${service}${cleanText(span.name) || '(no name)'}`, room);
  const style: Style = failed ? 'red' : (sheet.styles.get(node.service) ?? 'white');
  const lines = [
    paint('dim', branch) +
      paint(style, padEnd(label, room)) +
      GAP +
      paint(style, padEnd(drawBar(node, sheet), sheet.barWidth)) +
      GAP +
      formatDuration(node.duration).padStart(DURATION_WIDTH),
  ];
  const indent = fitTree(drawIndent(lineage, node.children.length > 0), nameWidth);
  const detailWidth = sheet.columns - displayWidth(indent);
  const failure = failed ? failureText(span) : '';
  if (failure !== '') lines.push(paint('dim', indent) + paint('red', truncate(failure, detailWidth)));
  const attributes = attributesText(span, detailWidth);
  if (attributes !== '') lines.push(paint('dim', indent + attributes));
  return lines;
}

function leftOutLine(row: Extract<Row, { kind: 'left-out' }>, { paint, nameWidth, columns }: Sheet): string {
  const branch = fitTree(drawBranch(row.lineage), nameWidth);
  const counts = new Map<string, number>();
  let all = 0;
  for (const { span } of descend(row.nodes)) {
    all++;
    const name = cleanText(span?.name ?? 'missing');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [name, count] = [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most));
  const what = count === all ? ` ${name}` : count > 1 ? `, ${count} of them ${name}` : '';
  return paint('dim', truncate(`${branch}… ${all} more${what}`, columns));
}

/** `│  ├─ `: where a row hangs. */
function drawBranch(lineage: readonly boolean[]): string {
  let text = '';
  for (let i = 0; i < lineage.length; i++) {
    const last = i === lineage.length - 1;
    text += lineage[i] ? (last ? '├─ ' : '│  ') : last ? '└─ ' : '   ';
  }
  return text;
}

/** For a row's second line: the same levels, going on to its children if it has any. */
function drawIndent(lineage: readonly boolean[], hasChildren: boolean): string {
  let text = '';
  for (const more of lineage) text += more ? '│  ' : '   ';
  return text + (hasChildren ? '│  ' : '   ');
}

/** Deep levels give up their beginning, so that at least half of the column is left for the name. */
function fitTree(tree: string, nameWidth: number): string {
  const room = Math.floor(nameWidth / 2);
  return tree.length <= room ? tree : `…${tree.slice(tree.length - room + 1)}`;
}

/** At least one cell, however short the span; a line where it took no time at all. */
function drawBar({ start, duration }: SpanNode, { total, barWidth }: Sheet): string {
  const scale = total === 0 ? 0 : barWidth / total;
  const from = Math.min(barWidth - 1, Math.floor(start * scale));
  if (duration === 0) return `${' '.repeat(from)}▏`;
  const to = Math.max(from + 1, Math.min(barWidth, Math.round((start + duration) * scale)));
  return ' '.repeat(from) + '█'.repeat(to - from);
}
