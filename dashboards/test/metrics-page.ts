import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emitter } from '../src/catalogue/metric.ts';

export interface MetricsPage {
  readonly file: string;
  /** By family. */
  readonly types: ReadonlyMap<string, string>;
  /** Labels by series name. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S/;

/** Reads Prometheus' text format as far as names, types and labels go. */
export function parsePage(file: string, text: string): MetricsPage {
  const types = new Map<string, string>();
  const labels = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)/.exec(line);
    if (type) types.set(type[1]!, type[2]!);
    const sample = line.startsWith('#') ? null : SAMPLE.exec(line);
    if (!sample) continue;
    const known = labels.get(sample[1]!) ?? new Set();
    for (const [, label] of (sample[2] ?? '').matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label!);
    labels.set(sample[1]!, known);
  }
  return { file, types, labels };
}

/** Pages that programs really printed: `<page>-<version>.txt` in the folder that UAT_METRICS_PAGES names. */
export const PAGES_FOLDER: string | undefined = process.env.UAT_METRICS_PAGES;

export function pageOf(emitter: Emitter): MetricsPage {
  const { file, text } = fileOf(emitter);
  return parsePage(file, text);
}

export interface PageSample {
  readonly name: string;
  /** As printed: `name="value"`. */
  readonly labels: readonly string[];
  readonly value: string;
}

/** Every sample of an emitter's page. */
export function samplesOf(emitter: Emitter): PageSample[] {
  return fileOf(emitter)
    .text.split('\n')
    .flatMap((line) => {
      const sample = line.startsWith('#') ? null : /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
      if (!sample) return [];
      const labels = [...(sample[2] ?? '').matchAll(/\w+="(?:[^"\\]|\\.)*"/g)].map(([label]) => label);
      return [{ name: sample[1]!, labels, value: sample[3]! }];
    });
}

function fileOf(emitter: Emitter): { readonly file: string; readonly text: string } {
  const file = readdirSync(PAGES_FOLDER!).find((name) => name.startsWith(`${emitter.page}-`));
  if (!file) throw new Error(`UAT_METRICS_PAGES has no ${emitter.page}-<version>.txt`);
  return { file, text: readFileSync(join(PAGES_FOLDER!, file), 'utf8') };
}
