/** A line of Prometheus's text format: `name{label="value"} 1`. Timestamps and exemplars are not read. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function parseExposition(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const [, name, labelText = '', valueText] = LINE.exec(line) ?? [];
    const value = Number(valueText);
    if (name === undefined || Number.isNaN(value)) continue;
    const labels = new Map<string, string>();
    for (const [, label, content] of labelText.matchAll(LABEL))
      labels.set(label as string, content as string);
    samples.push({ name, labels, value });
  }
  return samples;
}

/** @returns the sum of a metric's series that have these labels; 0 when there is none */
export function sum(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  let total = 0;
  for (const sample of samples) {
    if (sample.name !== name) continue;
    if (Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value))
      total += sample.value;
  }
  return total;
}
