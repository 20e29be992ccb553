/**
 * What Grafana's own page does for an app plugin, with the real libraries: the services behind @grafana/runtime, the
 * packages that it shares with plugins, SystemJS, routes and the frame around the plugin's pages.
 */
import { initPluginTranslations } from '@grafana/i18n';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { installServices } from './services.ts';
import { sharePackages } from './shared-packages.ts';

declare global {
  interface Window {
    startHost: () => Promise<void>;
  }
}

// Called when SystemJS is there, which has to come after this file: its `define` would take hold of UMD packages.
window.startHost = async () => {
  // Makes the one i18next that plugins share, as Grafana does at its start.
  await initPluginTranslations('grafana');
  installServices();
  sharePackages();
  createRoot(document.getElementById('reactRoot') as HTMLElement).render(<App />);
};
