import { limit, type ThresholdName } from '../alerts/thresholds.ts';

export interface ThresholdStep {
  /** From which value on; the first one begins below everything. */
  readonly from: number | null;
  readonly color: 'green' | 'yellow' | 'red';
}

/** Steps of color; `neither` for values that are neither good nor bad by themselves. */
export type Thresholds = readonly ThresholdStep[] | 'neither';

/** Red from the number on from which the alert fires, in the unit of the panel (`factor` converts). */
export function alertAt(name: ThresholdName, factor = 1): readonly ThresholdStep[] {
  return badFrom(limit(name) * factor);
}

export function badFrom(value: number): readonly ThresholdStep[] {
  return [
    { from: null, color: 'green' },
    { from: value, color: 'red' },
  ];
}

export function warnThenBad(warn: number, bad: number): readonly ThresholdStep[] {
  return [
    { from: null, color: 'green' },
    { from: warn, color: 'yellow' },
    { from: bad, color: 'red' },
  ];
}

export function goodFrom(value: number): readonly ThresholdStep[] {
  return [
    { from: null, color: 'red' },
    { from: value, color: 'green' },
  ];
}

export function badThenWarnThenGood(warn: number, good: number): readonly ThresholdStep[] {
  return [
    { from: null, color: 'red' },
    { from: warn, color: 'yellow' },
    { from: good, color: 'green' },
  ];
}

/** Anything above nothing is bad: spans lost, failures. */
export const ANY_IS_BAD = badFrom(1e-9);
