/** A page in Prometheus' text format, read strictly: a test fails on what Prometheus would not take. */

export interface PageSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PageFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: PageSample[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\n"])*)"(?:,|$)/gy;

/** By name, in the page's order. */
export function readPage(text: string): Map<string, PageFamily> {
  const families = new Map<string, PageFamily>();
  let help: readonly [name: string, text: string] = ['', ''];
  let family: PageFamily | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [mark, kind, name, ...rest] = line.split(' ');
    if (mark === '#' && kind === 'HELP') help = [name!, rest.join(' ')];
    else if (mark === '#' && kind === 'TYPE') {
      if (families.has(name!)) throw new Error(`${name} has two families`);
      family = { name: name!, type: rest.join(' '), help: help[0] === name ? help[1] : '', samples: [] };
      families.set(name!, family);
    } else {
      const sample = readSample(line);
      const suffixes = family?.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (!suffixes.some((suffix) => sample.name === family?.name + suffix))
        throw new Error(`${line} stands under ${family?.name}`);
      family!.samples.push(sample);
    }
  }
  return families;
}

function readSample(line: string): PageSample {
  const match = SAMPLE.exec(line);
  const value = Number(match?.[3]?.replace('+Inf', 'Infinity'));
  if (!match || Number.isNaN(value)) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  const text = match[2] ?? '';
  LABEL.lastIndex = 0;
  for (let read = 0; read < text.length; read = LABEL.lastIndex) {
    const label = LABEL.exec(text);
    if (!label) throw new Error(`no labels: ${line}`);
    labels[label[1]!] = label[2]!.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return { name: match[1]!, labels, value };
}

/** All that its samples have, in order. */
export function labelNames({ samples }: PageFamily): string[] {
  return [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))].sort();
}
