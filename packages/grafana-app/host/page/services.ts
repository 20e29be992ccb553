import {
  EventBusSrv,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
} from '@grafana/data';
import * as runtime from '@grafana/runtime';
import { of } from 'rxjs';
import { HostBackendSrv } from './backend-srv.ts';
import { HostDataSourceSrv } from './data-source-srv.ts';
import { fieldConfigItems } from './field-config-items.ts';
import { PluginPage } from './plugin-page.tsx';
import { templateSrv } from './template-srv.ts';

export const appEvents = new EventBusSrv();

/** What Grafana sets before it loads a plugin. Of extension points that the plugin would show, there is none here. */
export function installServices(): void {
  runtime.setBackendSrv(new HostBackendSrv());
  runtime.setDataSourceSrv(new HostDataSourceSrv());
  runtime.setTemplateSrv(templateSrv);
  runtime.setEchoSrv(new runtime.FakeEchoSrv());
  runtime.setAppEvents(appEvents);
  runtime.setPluginPage(PluginPage);
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
    Object.values(standardTransformers).map(
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
