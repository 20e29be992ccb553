export { formatDuration } from '../durations.ts';

const count = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** `12,345` */
export function formatCount(value: number): string {
  return count.format(Math.round(value));
}

/** `12.3K` */
export function formatShort(value: number): string {
  return short.format(value);
}

/** `4.2/s` */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  return `${perSecond < 10 ? perSecond.toPrecision(2) : formatShort(perSecond)}/s`;
}

/** `0 %`, `0.4 %`, `12 %`; never 0 for what did happen. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0 %';
  return percent < 9.95 ? `${Math.max(0.1, percent).toFixed(1)} %` : `${Math.round(percent)} %`;
}

/** `12 MiB` */
export function formatBytes(bytes: number): string {
  const mib = bytes / 1024 / 1024;
  if (mib >= 1024) return `${(mib / 1024).toFixed(1)} GiB`;
  return `${mib < 10 ? mib.toFixed(1) : Math.round(mib)} MiB`;
}

/** `14:03:21.123`, in the user's time zone. */
export function formatTime(millis: number): string {
  const date = new Date(millis);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** `2026-11-25 14:03:21.123` */
export function formatDateTime(millis: number): string {
  const date = new Date(millis);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatTime(millis)}`;
}

export function plural(value: number, word: string): string {
  return `${formatCount(value)} ${word}${value === 1 ? '' : 's'}`;
}
