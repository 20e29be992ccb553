import type { DataSourceApi, DataSourceInstanceSettings, DataSourceRef } from '@grafana/data';
import type { DataSourceSrv, GetDataSourceListFilters } from '@grafana/runtime';
import { bootData } from './boot-data.ts';
import { HostDataSource } from './data-source.ts';

/** Over the data sources that the server has written into the page. */
export class HostDataSourceSrv implements DataSourceSrv {
  readonly #made = new Map<string, DataSourceApi>();

  getList({ type, pluginId, filter, ...flags }: GetDataSourceListFilters = {}): DataSourceInstanceSettings[] {
    const types = type === undefined ? undefined : [type].flat();
    return Object.values(bootData.settings.datasources).filter((each) => {
      if (types !== undefined && !types.includes(each.type)) return false;
      if (pluginId !== undefined && each.meta.id !== pluginId) return false;
      for (const flag of ['metrics', 'tracing', 'logs', 'annotations', 'alerting'] as const) {
        if (flags[flag] && !each.meta[flag]) return false;
      }
      return filter === undefined || filter(each);
    });
  }

  getInstanceSettings(ref?: DataSourceRef | string | null): DataSourceInstanceSettings | undefined {
    const all = Object.values(bootData.settings.datasources);
    const wanted = typeof ref === 'object' ? ref?.uid : ref;
    if (wanted === undefined || wanted === null || wanted === 'default') {
      return all.find(({ isDefault }) => isDefault);
    }
    return all.find(({ uid, name }) => uid === wanted || name === wanted);
  }

  async get(ref?: DataSourceRef | string | null): Promise<DataSourceApi> {
    const settings = this.getInstanceSettings(ref);
    if (settings === undefined) {
      throw new Error(`Datasource ${typeof ref === 'object' ? ref?.uid : ref} was not found`);
    }
    let made = this.#made.get(settings.uid);
    if (made === undefined) {
      made = new HostDataSource(settings);
      this.#made.set(settings.uid, made);
    }
    return made;
  }

  async reload(): Promise<void> {}

  registerRuntimeDataSource(): void {
    throw new Error('the host page has no runtime data sources');
  }
}
