import type { PresetName } from '../types.ts';

export interface Preset {
  /** Share of new traces that are kept. */
  readonly ratio: number;
  readonly scheduledDelayMillis: number;
}

/** A preset is one row: what it keeps, and how soon a span is on its way. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = Object.freeze({
  // Seen at once in a local viewer.
  development: { ratio: 1, scheduledDelayMillis: 200 },
  production: { ratio: 0.1, scheduledDelayMillis: 1000 },
  collector: { ratio: 1, scheduledDelayMillis: 1000 },
  off: { ratio: 0, scheduledDelayMillis: 1000 },
});

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/** What applies in production where a ratio is wrong: low, so that a typing error cannot flood a backend. */
export const SAFE_RATIO = 0.1;
