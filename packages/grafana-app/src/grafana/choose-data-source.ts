export type DataSourceKind = 'prometheus' | 'tempo' | 'jaeger';

export interface DataSource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly isDefault: boolean;
}

/** Plugin ids that answer as the kind does. */
const TYPES: Readonly<Record<DataSourceKind, readonly string[]>> = {
  prometheus: ['prometheus', 'grafana-amazonprometheus-datasource', 'grafana-azureprometheus-datasource'],
  tempo: ['tempo'],
  jaeger: ['jaeger'],
};

export interface Choice {
  /** The one that is used. */
  readonly chosen: DataSource | undefined;
  /** Every one of its kind. */
  readonly all: readonly DataSource[];
  /** A uid in the configuration that is no longer there. */
  readonly gone: string | undefined;
}

/** The configured one; without it, the likeliest: by its uid, its name, Grafana's default, or the first. */
export function chooseDataSource(
  kind: DataSourceKind,
  configured: string | undefined,
  list: readonly DataSource[],
): Choice {
  const all = list.filter(({ type }) => TYPES[kind].includes(type));
  const found = all.find(({ uid }) => uid === configured);
  const likeliest =
    all.find(({ uid }) => uid === kind) ??
    all.find(({ name }) => name.toLowerCase() === kind) ??
    all.find(({ isDefault }) => isDefault) ??
    all.find(({ name }) => /trac|otel|uat/i.test(name)) ??
    all[0];
  return {
    chosen: found ?? likeliest,
    all,
    gone: configured !== undefined && found === undefined ? configured : undefined,
  };
}
