/** What Grafana's own app takes from `@grafana/runtime/internal`, which the published package has but does not export. */
declare module '*/components/PluginPage.cjs' {
  export function setPluginPage(component: import('@grafana/runtime').PluginPageType): void;
}
declare module '*/services/dataSource/settings.cjs' {
  export function initDataSourceInstanceSettings(
    settings: Record<string, import('@grafana/data').DataSourceInstanceSettings>,
    defaultName: string,
  ): void;
}
/** Version 5, which brings no types: Grafana still shares it with plugins. */
declare module 'react-router-dom' {
  export const Router: import('react').ComponentType<{
    readonly history: unknown;
    readonly children: import('react').ReactNode;
  }>;
}
