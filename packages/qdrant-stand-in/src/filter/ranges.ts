import { noVariant } from '../format-error.ts';
import { isObject } from '../json.ts';
import type { ValueTest } from './matching.ts';

const BOUNDS = ['lt', 'gt', 'gte', 'lte'] as const;
type Bounds = Readonly<Partial<Record<(typeof BOUNDS)[number], number | null>>>;

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Milliseconds since 1970 of RFC 3339 and of the shorter forms that the server takes (`2024-01-02`,
 * `2024-01-02 03:04:05`, in UTC); undefined for any other text.
 */
export function dateOf(text: string): number | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [, day, time = '00:00:00', fraction = '', zone = 'Z'] = match;
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  // Dates know milliseconds, the server microseconds: the rest is added, so that order is kept.
  const whole = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}${offset.toUpperCase()}`);
  return Number.isNaN(whole) ? undefined : whole + Number(`0${fraction || '.0'}`) * 1000;
}

/** `range` of a field condition: numbers, or dates. */
export function readRange(range: unknown): ValueTest {
  if (!isObject(range)) throw noVariant('RangeInterface');
  const given = BOUNDS.flatMap((name) =>
    range[name] === undefined || range[name] === null ? [] : [[name, range[name]] as const],
  );
  if (given.every(([, bound]) => typeof bound === 'number')) {
    const bounds = Object.fromEntries(given) as Bounds;
    return (value) => typeof value === 'number' && within(value, bounds);
  }
  const dates = given.map(([name, bound]) => [name, typeof bound === 'string' ? dateOf(bound) : undefined]);
  if (dates.some(([, bound]) => bound === undefined)) throw noVariant('RangeInterface');
  const bounds = Object.fromEntries(dates) as Bounds;
  return (value) => {
    const date = typeof value === 'string' ? dateOf(value) : undefined;
    return date !== undefined && within(date, bounds);
  };
}

/** `values_count` of a field condition. */
export function readCounts(counts: unknown): (count: number) => boolean {
  if (!isObject(counts)) throw noVariant('Condition');
  for (const name of BOUNDS) {
    const bound = counts[name] ?? 0;
    if (!Number.isInteger(bound) || (bound as number) < 0) throw noVariant('Condition');
  }
  return (count) => within(count, counts as Bounds);
}

function within(value: number, { lt, gt, lte, gte }: Bounds): boolean {
  return (
    (isOpen(lt) || value < lt) &&
    (isOpen(gt) || value > gt) &&
    (isOpen(lte) || value <= lte) &&
    (isOpen(gte) || value >= gte)
  );
}

function isOpen(bound: number | null | undefined): bound is null | undefined {
  return bound === undefined || bound === null;
}
