import {
  EventBusSrv,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
} from '@grafana/data';
import * as runtime from '@grafana/runtime';
import { of } from 'rxjs';
// By path: the published package holds them, but does not export them. They are for Grafana's own app.
import { setPluginPage } from '../../node_modules/@grafana/runtime/dist/cjs/components/PluginPage.cjs';
import { initDataSourceInstanceSettings } from '../../node_modules/@grafana/runtime/dist/cjs/services/dataSource/settings.cjs';
import { HostBackendSrv } from './backend-srv.ts';
import { bootData } from './boot-data.ts';
import { HostDataSourceSrv } from './data-source-srv.ts';
import { fieldConfigItems } from './field-config-items.ts';
import { PluginPage } from './plugin-page.tsx';
import { templateSrv } from './template-srv.ts';

export const appEvents = new EventBusSrv();

/** What Grafana sets before it loads a plugin. Of extension points that the plugin would show, there is none here. */
export function installServices(): void {
  runtime.setBackendSrv(new HostBackendSrv());
  runtime.setDataSourceSrv(new HostDataSourceSrv());
  initDataSourceInstanceSettings(bootData.settings.datasources, bootData.settings.defaultDatasource);
  runtime.setTemplateSrv(templateSrv);
  runtime.setEchoSrv(new runtime.FakeEchoSrv());
  runtime.setAppEvents(appEvents);
  setPluginPage(PluginPage);
  runtime.setPluginLinksHook(() => ({ links: [], isLoading: false }));
  runtime.setPluginComponentsHook(() => ({ components: [], isLoading: false }));
  runtime.setPluginComponentHook(() => ({ component: null, isLoading: false }));
  runtime.setPluginFunctionsHook(() => ({ functions: [], isLoading: false }));
  runtime.setReturnToPreviousHook(() => () => {});
  runtime.setMegaMenuOpenHook(() => [false, () => {}, false] as never);
  runtime.setChromeHeaderHeightHook(() => 0);
  runtime.setRunRequest(() => of());
  standardEditorsRegistry.setInit(() => []);
  standardFieldConfigEditorRegistry.setInit(fieldConfigItems);
  standardTransformersRegistry.setInit(() =>
    [...new Map(Object.values(standardTransformers).map((each) => [each.id, each])).values()].map(
      (transformation) =>
        ({
          id: transformation.id,
          name: transformation.name,
          transformation: () => Promise.resolve(transformation),
          imageDark: '',
          imageLight: '',
          editor: () => null,
        }) as never,
    ),
  );
}
