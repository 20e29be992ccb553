import { formattedValueToString, getValueFormat } from '@grafana/data';

const format =
  (unit: string, decimals?: number) =>
  (value: number | undefined): string =>
    value === undefined ? '–' : formattedValueToString(getValueFormat(unit)(value, decimals));

/** A second. */
export const formatRate = format('reqps');
export const formatSpanRate = (value: number | undefined): string =>
  value === undefined ? '–' : `${format('short')(value)}/s`;
export const formatShare = (value: number | undefined): string =>
  format('percentunit', value === 0 ? 0 : value !== undefined && value < 0.01 ? 2 : 1)(value);
export const formatSeconds = format('s');
export const formatCount = format('short');
