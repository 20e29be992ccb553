import { type Panel, type TimeSeriesSpec, timeSeries } from '../panel.ts';

type Usual = 'width' | 'height' | 'thresholds' | 'min';

/** A time series as most are here: a third of a row wide, from 0, with no line where it gets bad. The spec overrides that. */
export const lines = (
  place: Parameters<typeof timeSeries>[0],
  spec: Omit<TimeSeriesSpec, Usual> & Partial<Pick<TimeSeriesSpec, Usual>>,
): Panel => timeSeries(place, { width: 8, height: 8, thresholds: 'neither', min: 0, ...spec });
