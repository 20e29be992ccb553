import { type AppPlugin, type AppPluginMeta, PluginContextProvider } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import { Suspense, useEffect, useState } from 'react';
import { useLocation, useParams, useSearchParams } from 'react-router-dom-v5-compat';
import { bootData } from './boot-data.ts';
import { includeAt, mayOpen, plugin } from './navigation.ts';

interface Loaded {
  readonly app: AppPlugin;
  readonly meta: AppPluginMeta;
}

declare global {
  interface Window {
    /** For tests: what the plugin has registered. */
    loadedPlugin?: AppPlugin;
  }
}

let loading: Promise<Loaded> | undefined;

/** Settings from the API, then `module.js` through SystemJS; once, as Grafana does. */
function loadPlugin(): Promise<Loaded> {
  loading ??= (async () => {
    const meta = await getBackendSrv().get<AppPluginMeta>(`/api/plugins/${plugin.id}/settings`);
    const exported = (await window.System.import(`/public/plugins/${plugin.id}/module.js`)) as {
      plugin: unknown;
    };
    // A module with a top-level await exports a promise.
    const { plugin: app } = (await (exported as unknown)) as { plugin: AppPlugin };
    app.init(meta);
    app.meta = meta;
    app.setComponentsFromLegacyExports(exported as never);
    window.loadedPlugin = app;
    return { app, meta };
  })();
  return loading;
}

function usePlugin(): { readonly loaded?: Loaded; readonly problem?: string } {
  const [state, setState] = useState<{ loaded?: Loaded; problem?: string }>({});
  useEffect(() => {
    loadPlugin().then(
      (loaded) => setState({ loaded }),
      (error) => {
        console.error(error);
        setState({ problem: String(error?.stack ?? error?.data?.message ?? error) });
      },
    );
  }, []);
  return state;
}

export function AppPage() {
  const { loaded, problem } = usePlugin();
  const { pathname } = useLocation();
  const [search] = useSearchParams();
  const include = includeAt(pathname);
  if (include !== undefined && !mayOpen(include, bootData.user.orgRole)) {
    return <p role="alert">Access denied: this page is for the role {include.role}.</p>;
  }
  if (problem !== undefined) return <pre role="alert">{problem}</pre>;
  if (loaded === undefined) return <p>Loading the plugin</p>;
  const Root = loaded.app.root;
  if (Root === undefined) return <p role="alert">The plugin has no root page.</p>;
  return (
    <PluginContextProvider meta={loaded.meta}>
      <Suspense fallback={<p>Loading the page</p>}>
        <Root
          meta={loaded.meta}
          basename={`/a/${plugin.id}`}
          query={Object.fromEntries(search)}
          path={pathname}
          onNavChanged={() => {}}
        />
      </Suspense>
    </PluginContextProvider>
  );
}

/** The plugin's tab among Grafana's pages about a plugin: `/plugins/<id>?page=<configPage.id>`. */
export function ConfigPage() {
  const { loaded, problem } = usePlugin();
  const { pluginId } = useParams();
  const [search] = useSearchParams();
  if (problem !== undefined) return <pre role="alert">{problem}</pre>;
  if (loaded === undefined) return <p>Loading the plugin</p>;
  const pages = loaded.app.configPages ?? [];
  const page = pages.find(({ id }) => id === search.get('page')) ?? pages[0];
  if (page === undefined) return <p role="alert">{pluginId} has no configuration page.</p>;
  const Body = page.body;
  return (
    <div style={{ padding: 24 }}>
      <h1>{page.title}</h1>
      <PluginContextProvider meta={loaded.meta}>
        <Suspense fallback={<p>Loading</p>}>
          <Body plugin={loaded.app} query={Object.fromEntries(search)} />
        </Suspense>
      </PluginContextProvider>
    </div>
  );
}
