import { AppPlugin, type AppPluginMeta, type PluginConfigPageProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import { lazy, Suspense } from 'react';
import { PANEL_LINK, TRACE_LINK } from './extensions/links.ts';
import { PLUGIN_ID } from './plugin-id.ts';

/** Grafana loads the texts that `languages` in plugin.json names; this tells the plugin's own copy of i18n whose they are. */
async function withTexts<T>(load: () => Promise<T>): Promise<T> {
  const { initPluginTranslations } = await import('@grafana/i18n');
  await initPluginTranslations(PLUGIN_ID);
  return load();
}

// Grafana loads this file at its start, for the links; pages come when they are opened.
const App = lazy(() => withTexts(() => import('./app.tsx')));
const Configuration = lazy(() => withTexts(() => import('./configuration/configuration-page.tsx')));

/** Unlike the root page, a configuration page has no Suspense around it. */
function ConfigurationTab(props: PluginConfigPageProps<AppPluginMeta>) {
  return (
    <Suspense fallback={<LoadingPlaceholder text="" />}>
      <Configuration {...props} />
    </Suspense>
  );
}

export const plugin = new AppPlugin()
  .setRootPage(App)
  .addConfigPage({ title: 'Configuration', icon: 'cog', id: 'configuration', body: ConfigurationTab })
  .addLink(TRACE_LINK)
  .addLink(PANEL_LINK);
