import { initPluginTranslations } from '@grafana/i18n';
import { PLUGIN_ID } from '../plugin-id.ts';

/** Grafana loads the texts that `languages` in plugin.json names; this tells the plugin's own copy of i18n whose they are. */
export async function initTexts(): Promise<void> {
  await initPluginTranslations(PLUGIN_ID);
}
