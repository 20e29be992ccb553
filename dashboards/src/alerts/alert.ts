import type { PanelName } from '../panels.ts';
import type { ThresholdName } from './thresholds.ts';

/** `critical` wakes somebody, `warning` is looked at in working hours, `none` is for machines. */
export type Severity = 'critical' | 'warning' | 'none';

export type Component =
  | 'service'
  | 'sdk'
  | 'collector'
  | 'jaeger'
  | 'tempo'
  | 'prometheus'
  | 'alertmanager'
  | 'grafana'
  | 'qdrant'
  | 'stack';

export interface Alert {
  readonly name: string;
  readonly component: Component;
  readonly severity: Severity;
  /** PromQL whose every series is an alert. Names and labels are those of the catalogue. */
  readonly expr: string;
  /** Minutes that it has to hold. */
  readonly forMinutes: number;
  /** Minutes that it stays after the last time it held: where the sign comes and goes, the cause not. */
  readonly keepMinutes?: number;
  /** One sentence, with the labels that say which one. Templates as in Prometheus. */
  readonly summary: string;
  /** What it means for people who use the system. */
  readonly description: string;
  readonly thresholds?: readonly ThresholdName[];
  readonly panel: PanelName;
  /** What to do, in this order. */
  readonly steps: readonly string[];
  /** Names of alerts that are only the effect of this one. */
  readonly inhibits?: readonly Inhibition[];
  readonly cases: AlertCases;
}

export interface Inhibition {
  readonly alerts: readonly string[];
  /** Labels that have to be the same on both. Both have to have them: to Alertmanager two missing labels are equal. */
  readonly equal: readonly string[];
  /** Only alerts with these labels, as Alertmanager matchers. */
  readonly where?: readonly string[];
}

/** How a series behaves in a state: a counter by its increase a second, a gauge by its value; `null` is absent. */
export type Level = number | null;

export interface CaseSeries {
  readonly series: string;
  /** `age` is a timestamp that is so many seconds old. */
  readonly kind: 'counter' | 'gauge' | 'age';
  readonly good: Level;
  /** As bad as may be without an alert. */
  readonly below: Level;
  readonly bad: Level;
}

export interface NeverCase {
  readonly title: string;
  /** A level a series, for the minutes of `before`; nothing goes before when left out. */
  readonly from?: readonly Level[];
  /** A level a series, then. */
  readonly levels: readonly Level[];
  readonly minutes: number;
}

export interface AlertCases {
  readonly series: readonly CaseSeries[];
  /** Labels of the alert that then fires, without alertname, severity and component. */
  readonly fires: Readonly<Record<string, string>>;
  /** Minutes of good before, 15 when left out. */
  readonly before?: number;
  /** Minutes of bad, `forMinutes` and 15 when left out. */
  readonly bad?: number;
  /** Minutes of good after, `keepMinutes` and 20 when left out. */
  readonly after?: number;
  /** Indexes of `series` without which it fires in good times too: it watches for their absence. */
  readonly absenceFires?: readonly number[];
  /** Further behaviour in which it never fires. */
  readonly never?: readonly NeverCase[];
  /** It fires when, after bad times, all series are gone. */
  readonly goneFires?: boolean;
}

export const counter = (series: string, good: Level, below: Level, bad: Level): CaseSeries => ({
  series,
  kind: 'counter',
  good,
  below,
  bad,
});

export const gauge = (series: string, good: Level, below: Level, bad: Level): CaseSeries => ({
  series,
  kind: 'gauge',
  good,
  below,
  bad,
});

export const age = (series: string, good: Level, below: Level, bad: Level): CaseSeries => ({
  series,
  kind: 'age',
  good,
  below,
  bad,
});
