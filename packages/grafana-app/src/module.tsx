import { AppPlugin, type AppPluginMeta, type PluginConfigPageProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import { lazy, Suspense } from 'react';
import { PANEL_LINK, TRACE_LINK } from './extensions/links.ts';

async function loadTexts(): Promise<void> {
  const { initTexts } = await import('./locales/init-texts.ts');
  await initTexts();
}

// Grafana loads this file at its start, for the links; pages come when they are opened.
const App = lazy(async () => {
  await loadTexts();
  return import('./app.tsx');
});
const Configuration = lazy(async () => {
  await loadTexts();
  return import('./configuration/configuration-page.tsx');
});

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
