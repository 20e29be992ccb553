import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, type ApiRequest, forbidden, problem } from './answer.ts';

export interface PluginJson {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly info: { readonly version: string };
  readonly includes?: readonly {
    readonly type: string;
    readonly name: string;
    readonly path?: string;
    readonly uid?: string;
  }[];
  readonly dependencies: object;
  readonly extensions?: Readonly<Record<string, readonly object[]>>;
  readonly preload?: boolean;
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly tags?: readonly string[];
}

/** The plugin as it was built: its settings, and the dashboards that Grafana imports when the app is switched on. */
export class HostedPlugin {
  readonly json: PluginJson;
  readonly #dist: string;
  jsonData: object | undefined;

  constructor(dist: string) {
    const file = join(dist, 'plugin.json');
    if (!existsSync(file))
      throw new Error(`${file} is missing: build the plugin (npm run build in packages/grafana-app)`);
    this.json = JSON.parse(readFileSync(file, 'utf8'));
    this.#dist = dist;
  }

  dashboards(): readonly Dashboard[] {
    return (this.json.includes ?? [])
      .filter(({ type }) => type === 'dashboard')
      .map(({ path }) => JSON.parse(readFileSync(join(this.#dist, path!), 'utf8')));
  }

  /** @returns every file of the build, with its folder */
  files(): readonly string[] {
    return readdirSync(this.#dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.#dist.length + 1));
  }

  get settings(): object {
    const { id } = this.json;
    return {
      ...this.json,
      enabled: true,
      pinned: true,
      module: `public/plugins/${id}/module.js`,
      baseUrl: `public/plugins/${id}`,
      jsonData: this.jsonData ?? null,
      secureJsonFields: {},
      defaultNavUrl: `/a/${id}`,
      signature: 'unsigned',
      state: '',
      hasUpdate: false,
      latestVersion: '',
    };
  }

  /** As `config.apps` has it. */
  get app(): object {
    const { id, info, preload = false, dependencies, extensions = {} } = this.json;
    const none = {
      addedLinks: [],
      addedComponents: [],
      addedFunctions: [],
      exposedComponents: [],
      extensionPoints: [],
    };
    return {
      id,
      path: `public/plugins/${id}/module.js`,
      version: info.version,
      preload,
      angular: { detected: false, hideDeprecation: false },
      loadingStrategy: 'script',
      dependencies,
      extensions: { ...none, ...extensions },
    };
  }

  handle({ method, path, body, role, search }: ApiRequest): Answer | undefined {
    if (path === `/api/plugins/${this.json.id}/settings`) {
      if (method === 'GET') return { status: 200, body: this.settings };
      if (method !== 'POST') return undefined;
      if (role !== 'Admin') return forbidden('plugins:write');
      this.jsonData = (body as { jsonData?: object }).jsonData;
      return { status: 200, body: { message: 'Plugin settings updated' } };
    }
    if (/^\/api\/plugins\/[^/]+\/settings$/.test(path))
      return problem(404, 'Plugin not found, no installed plugin with that id');
    if (path === '/api/search' && method === 'GET') {
      const uids = search.getAll('dashboardUIDs');
      const words = search.get('query')?.toLowerCase() ?? '';
      const found = this.dashboards().filter(
        ({ uid, title }) => (uids.length === 0 || uids.includes(uid)) && title.toLowerCase().includes(words),
      );
      return {
        status: 200,
        body: found.map(({ uid, title, tags = [] }, index) => ({
          id: index + 1,
          uid,
          title,
          tags,
          type: 'dash-db',
          uri: `db/${uid}`,
          url: `/d/${uid}/${uid}`,
          isStarred: false,
        })),
      };
    }
    const [, uid] = /^\/api\/dashboards\/uid\/([^/]+)$/.exec(path) ?? [];
    if (uid === undefined) return undefined;
    const dashboard = this.dashboards().find((each) => each.uid === uid);
    if (dashboard === undefined) return problem(404, 'Dashboard not found', { status: 'not-found' });
    return {
      status: 200,
      body: { dashboard, meta: { url: `/d/${uid}/${uid}`, canEdit: role !== 'Viewer', provisioned: false } },
    };
  }
}
