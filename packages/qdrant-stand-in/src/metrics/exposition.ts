/** Prometheus' text format. https://prometheus.io/docs/instrumenting/exposition_formats/ */

export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** After the family's name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
}

export class Exposition {
  readonly #prefix: string;
  readonly #lines: string[] = [];

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** A family without samples is left out, as the server does. */
  family(
    name: string,
    type: 'gauge' | 'counter' | 'histogram',
    help: string,
    samples: readonly Sample[],
  ): void {
    if (samples.length === 0) return;
    const full = this.#prefix + name;
    this.#lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`);
    for (const { labels, value, suffix = '' } of samples)
      this.#lines.push(`${full}${suffix}${labelText(labels)} ${value}`);
  }

  gauge(name: string, help: string, value: number): void {
    this.family(name, 'gauge', help, [{ labels: {}, value }]);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
