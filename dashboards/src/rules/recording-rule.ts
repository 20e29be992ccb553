import type { MetricType, Unit } from '../catalogue/metric.ts';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  /** Set on every series. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly type: MetricType | 'rate' | 'ratio';
  readonly unit: Unit;
  /** What the series have: of the expression, and `labels`. */
  readonly keeps: readonly string[];
  readonly meaning: string;
}

export interface RuleGroup {
  readonly name: string;
  /** In `generated/prometheus/`. */
  readonly file: string;
  /** Seconds; Prometheus' `evaluation_interval` when left out. */
  readonly interval?: number;
  /** Why these rules exist, for the head of the file. */
  readonly purpose: string;
  readonly rules: readonly RecordingRule[];
}
