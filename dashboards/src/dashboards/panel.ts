import { PANELS, type PanelName } from '../panels.ts';
import type { PanelLink } from './link.ts';
import type { PrometheusQuery, Query } from './query.ts';
import type { Thresholds } from './thresholds.ts';

/** Grafana's names, as far as the panels use them. */
export type PanelUnit =
  | 'none'
  | 'short'
  | 'percentunit'
  | 's'
  | 'ms'
  | 'bytes'
  | 'Bps'
  | 'reqps'
  | 'cps'
  | 'ops'
  | 'string'
  | 'dateTimeFromNow'
  | 'bool_yes_no';

/** One of 24 columns, rows of 30 pixels or so. */
interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PanelText {
  /** Within its dashboard, for ever: links carry it. */
  readonly id: number;
  readonly title: string;
}

interface Common extends Size {
  /** What is seen. */
  readonly shows: string;
  /** What to do about it. */
  readonly todo: string;
  readonly unit: PanelUnit;
  readonly thresholds: Thresholds;
  readonly links: readonly [PanelLink, ...PanelLink[]];
  /** Instead of values, when there are none. */
  readonly empty: string;
  readonly min?: number;
  readonly max?: number;
}

export interface TimeSeriesSpec extends Common {
  readonly queries: readonly Query[];
  readonly stacked?: boolean;
  /** Queries on an axis of their own to the right, by legend. */
  readonly right?: { readonly legend: string; readonly unit: PanelUnit };
  /** What a click on a point leads to, with the labels of its series. */
  readonly pointLinks?: readonly PanelLink[];
}

export interface StatSpec extends Common {
  readonly queries: readonly PrometheusQuery[];
  /** A label is shown, not the value. */
  readonly showsName?: boolean;
}

export interface Column {
  /** Of the data: a label, or the legend of a query. */
  readonly field: string;
  readonly title: string;
  readonly unit?: PanelUnit;
  readonly thresholds?: Thresholds;
  /** A click on a cell. */
  readonly links?: readonly PanelLink[];
  readonly width?: number;
}

/** Instant queries, joined on their labels: a row for each set of them. */
export interface TableSpec extends Common {
  readonly queries: readonly Query[];
  /** In this order; others are not shown. Left out: all that the data source gives. */
  readonly columns: readonly Column[];
  /** Title of a column, largest first. */
  readonly sortBy?: string;
}

export interface HeatmapSpec extends Common {
  readonly queries: readonly [PrometheusQuery];
}

export interface TempoSpec extends Common {
  readonly queries: readonly Query[];
}

export type Panel = PanelText &
  (
    | ({ readonly kind: 'timeseries' } & TimeSeriesSpec)
    | ({ readonly kind: 'stat' } & StatSpec)
    | ({ readonly kind: 'table' } & TableSpec)
    | ({ readonly kind: 'heatmap' } & HeatmapSpec)
    | ({ readonly kind: 'nodeGraph' } & TempoSpec)
    | ({ readonly kind: 'traces' } & TempoSpec)
  );

/** A panel that alerts point at has its id and title from `panels.ts`, any other one an id from 100 on. */
type Place = PanelName | readonly [id: number, title: string];

function at(place: Place): PanelText {
  if (typeof place !== 'string') return { id: place[0], title: place[1] };
  const { id, title } = PANELS[place];
  return { id, title };
}

export const timeSeries = (place: Place, spec: TimeSeriesSpec): Panel => ({
  kind: 'timeseries',
  ...at(place),
  ...spec,
});
export const stat = (place: Place, spec: StatSpec): Panel => ({ kind: 'stat', ...at(place), ...spec });
export const table = (place: Place, spec: TableSpec): Panel => ({ kind: 'table', ...at(place), ...spec });
export const heatmap = (place: Place, spec: HeatmapSpec): Panel => ({
  kind: 'heatmap',
  ...at(place),
  ...spec,
});
export const nodeGraph = (place: Place, spec: TempoSpec): Panel => ({
  kind: 'nodeGraph',
  ...at(place),
  ...spec,
});
export const traceView = (place: Place, spec: TempoSpec): Panel => ({
  kind: 'traces',
  ...at(place),
  ...spec,
});
