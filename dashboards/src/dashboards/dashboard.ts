import type { DashboardName } from '../panels.ts';
import type { PanelLink } from './link.ts';
import type { Panel } from './panel.ts';
import type { PrometheusQuery } from './query.ts';
import type { Variable } from './variables.ts';

export interface Row {
  readonly title: string;
  /** Closed until somebody opens it: its queries do not run before. */
  readonly collapsed?: boolean;
  readonly panels: readonly Panel[];
}

export interface Annotation {
  readonly name: string;
  readonly query: PrometheusQuery;
  readonly color: 'blue' | 'red';
  readonly title: string;
}

export interface Dashboard {
  readonly name: DashboardName;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly annotations: readonly Annotation[];
  readonly links: readonly PanelLink[];
  /** How far back it looks when it is opened. */
  readonly from: string;
  readonly rows: readonly Row[];
}
