import type { DataSourceInstanceSettings } from '@grafana/data';

/** What the server writes into the page, as Grafana does: see `boot-data.ts` of the server. */
export interface HostBootData {
  readonly user: { readonly orgRole: 'Viewer' | 'Editor' | 'Admin'; readonly lightTheme: boolean };
  readonly settings: {
    readonly datasources: Record<string, DataSourceInstanceSettings>;
    readonly defaultDatasource: string;
  };
}

export const bootData = (window as unknown as { grafanaBootData: HostBootData }).grafanaBootData;
