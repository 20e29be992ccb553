import { noVariant } from '../format-error.ts';
import { isObject } from '../json.ts';
import type { ValueTest } from './matching.ts';

export interface GeoPoint {
  readonly lon: number;
  readonly lat: number;
}

/** Metres; the mean radius that the server's geo library takes. */
const EARTH_RADIUS = 6_371_008.8;

export function readGeoPoint(value: unknown): GeoPoint {
  if (isObject(value) && typeof value.lon === 'number' && typeof value.lat === 'number') {
    const { lon, lat } = value;
    if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return { lon, lat };
  }
  throw noVariant('Condition');
}

export function geoPointOf(value: unknown): GeoPoint | undefined {
  return isObject(value) && typeof value.lon === 'number' && typeof value.lat === 'number'
    ? (value as unknown as GeoPoint)
    : undefined;
}

/** Metres, along the surface. */
export function distanceBetween(a: GeoPoint, b: GeoPoint): number {
  const radians = Math.PI / 180;
  const half = (x: number) => Math.sin((x * radians) / 2) ** 2;
  const chord =
    half(b.lat - a.lat) + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * half(b.lon - a.lon);
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(chord)));
}

export function readGeoBox(box: unknown): ValueTest {
  if (!isObject(box)) throw noVariant('Condition');
  const topLeft = readGeoPoint(box.top_left);
  const bottomRight = readGeoPoint(box.bottom_right);
  // A box may cross the date line: then its left side lies east of its right side.
  const crossing = topLeft.lon > bottomRight.lon;
  return (value) => {
    const point = geoPointOf(value);
    if (!point || point.lat > topLeft.lat || point.lat < bottomRight.lat) return false;
    const east = point.lon >= topLeft.lon;
    const west = point.lon <= bottomRight.lon;
    return crossing ? east || west : east && west;
  };
}

export function readGeoRadius(circle: unknown): ValueTest {
  if (!isObject(circle) || typeof circle.radius !== 'number') throw noVariant('Condition');
  const center = readGeoPoint(circle.center);
  const { radius } = circle;
  return (value) => {
    const point = geoPointOf(value);
    return point !== undefined && distanceBetween(center, point) <= radius;
  };
}

export function readGeoPolygon(polygon: unknown): ValueTest {
  if (!isObject(polygon)) throw noVariant('Condition');
  const exterior = readLine(polygon.exterior);
  const interiors = ((polygon.interiors ?? []) as unknown[]).map(readLine);
  return (value) => {
    const point = geoPointOf(value);
    return point !== undefined && inside(point, exterior) && !interiors.some((line) => inside(point, line));
  };
}

function readLine(line: unknown): GeoPoint[] {
  if (!isObject(line) || !Array.isArray(line.points)) throw noVariant('Condition');
  return line.points.map(readGeoPoint);
}

/** Counts how often a ray to the east crosses the line. */
function inside({ lon, lat }: GeoPoint, line: readonly GeoPoint[]): boolean {
  let odd = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const a = line[i]!;
    const b = line[j]!;
    if (a.lat > lat !== b.lat > lat && lon < ((b.lon - a.lon) * (lat - a.lat)) / (b.lat - a.lat) + a.lon)
      odd = !odd;
  }
  return odd;
}
