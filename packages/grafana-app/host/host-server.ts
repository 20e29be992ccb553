import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AlertRules } from './api/alert-rules.ts';
import { type AlertInstance, handleAlertStates } from './api/alert-states.ts';
import { type Answer, type ApiRequest, problem, type Role } from './api/answer.ts';
import { DataSources, type HostDataSource, instanceSettings } from './api/data-sources.ts';
import { Folders } from './api/folders.ts';
import { permissionsOf } from './api/permissions.ts';
import { HostedPlugin } from './api/plugin.ts';
import { buildPage, fontFile, grafanaIcons, systemJs } from './build-page.ts';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.map': 'application/json',
  '.css': 'text/css',
};

/** Icons of Grafana that @grafana/ui names, and its package does not hold. */
const UNPUBLISHED_ICONS = ['build/img/icons/unicons/spinner.svg'];
const EMPTY_ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"/>';

export interface HostOptions {
  readonly dataSources: readonly HostDataSource[];
  /** Default Admin. */
  readonly role?: Role;
  /** Default dark, as Grafana's. */
  readonly theme?: 'light' | 'dark';
  /** Of the plugin's build. Default: `dist` of this package. */
  readonly dist?: string;
  /** Of the server. Default: one that is free. */
  readonly port?: number;
}

/** What a test wants of a request: another answer, or, as a promise, when. */
export type Intervention = (request: ApiRequest) => Answer | undefined | Promise<Answer | undefined>;

/**
 * Stands in for a Grafana server: the page of `page/`, the plugin's build as it is, and the part of Grafana's HTTP API
 * that an app uses. What it is asked for and does not know is a 404, and kept in `unknown`.
 */
export class Host {
  role: Role;
  theme: 'light' | 'dark';
  intervene: Intervention | undefined;
  readonly dataSources: DataSources;
  folders = new Folders();
  rules = new AlertRules(this.folders);
  /** Alerts by the uid of their rule, which nobody evaluates here. */
  readonly alerts = new Map<string, readonly AlertInstance[]>();
  readonly plugin: HostedPlugin;
  readonly unknown: string[] = [];
  /** Of Grafana's API, all of them. */
  readonly requests: ApiRequest[] = [];
  readonly #dist: string;
  readonly #page: string;
  readonly #server = createServer((request, response) => {
    this.#answer(request)
      .catch(
        (error): Served => ({
          status: 500,
          type: 'application/json',
          body: JSON.stringify({ message: String(error) }),
        }),
      )
      .then(({ status, type, body }) => {
        response.writeHead(status, {
          'content-type': type,
          // What does not change while it runs; the plugin's build and answers do.
          'cache-control': /^\/public\/(page|system|build|fonts)\//.test(request.url ?? '')
            ? 'max-age=3600'
            : 'no-store',
          // Nothing of the page comes from outside.
          'content-security-policy':
            "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self'; frame-ancestors 'none'",
        });
        response.end(body);
      });
  });

  constructor({ dataSources, role = 'Admin', theme = 'dark', dist = DIST }: HostOptions, page: string) {
    this.role = role;
    this.theme = theme;
    this.dataSources = new DataSources(dataSources);
    this.#dist = dist;
    this.#page = page;
    this.plugin = new HostedPlugin(dist);
  }

  /** As it was when it started: no rules, no alerts, no folders, no settings, no interventions. */
  reset(): void {
    this.folders = new Folders();
    this.rules = new AlertRules(this.folders);
    this.alerts.clear();
    this.plugin.jsonData = undefined;
    this.intervene = undefined;
    this.unknown.length = 0;
    this.requests.length = 0;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  listen(port = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(incoming: IncomingMessage): Promise<Served> {
    const url = new URL(incoming.url ?? '/', 'http://host');
    const path = decodeURIComponent(url.pathname);
    if (path.startsWith('/api/') || path.startsWith('/apis/')) {
      const { status, body } = await this.#api(incoming, path, url.searchParams);
      if (body === undefined) return { status, type: 'application/json', body: '' };
      return { status, type: 'application/json', body: JSON.stringify(body) };
    }
    if (path.startsWith('/public/')) return this.#file(path.slice('/public/'.length));
    if (extname(path) === '.ico') return { status: 204, type: 'image/x-icon', body: '' };
    return { status: 200, type: 'text/html', body: this.#html() };
  }

  async #api(incoming: IncomingMessage, path: string, search: URLSearchParams): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const json = /json/.test(incoming.headers['content-type'] ?? '') && text !== '';
    const { method = 'GET', headers } = incoming;
    const request: ApiRequest = {
      method,
      path,
      search,
      headers,
      body: json ? JSON.parse(text) : text,
      role: this.role,
    };
    this.requests.push(request);
    const answer =
      (await this.intervene?.(request)) ??
      (await this.dataSources.handle(request)) ??
      this.folders.handle(request) ??
      this.rules.handle(request) ??
      handleAlertStates(request, this.rules, this.folders, this.alerts) ??
      this.plugin.handle(request) ??
      this.#own(request);
    if (answer !== undefined) return answer;
    this.unknown.push(`${method} ${path}`);
    return problem(404, 'Not found');
  }

  #own({ path }: ApiRequest): Answer | undefined {
    if (path === '/api/access-control/user/permissions')
      return { status: 200, body: permissionsOf(this.role) };
    if (path === '/api/health') return { status: 200, body: { database: 'ok', version: '13.2.2' } };
    if (path === '/api/frontend/settings') return { status: 200, body: this.#bootData().settings };
    return undefined;
  }

  #file(path: string): Served {
    const plugin = `plugins/${this.plugin.json.id}/`;
    const font = fontFile(path);
    if (font !== undefined) return { status: 200, type: 'font/woff2', body: readFileSync(font) };
    const places: readonly (readonly [string, string])[] = [
      [plugin, this.#dist],
      ['build/img/', grafanaIcons()],
      ['img/', grafanaIcons()],
      ['system/', systemJs('.')],
      ['page/', this.#page],
    ];
    for (const [prefix, folder] of places) {
      if (!path.startsWith(prefix)) continue;
      const file = join(folder, normalize(`/${path.slice(prefix.length)}`));
      if (!existsSync(file)) continue;
      return {
        status: 200,
        type: TYPES[extname(file)] ?? 'application/octet-stream',
        body: readFileSync(file),
      };
    }
    if (UNPUBLISHED_ICONS.includes(path)) return { status: 200, type: 'image/svg+xml', body: EMPTY_ICON };
    this.unknown.push(`GET /public/${path}`);
    return { status: 404, type: 'text/plain', body: 'not found' };
  }

  #bootData() {
    const settings = this.dataSources.list.map(
      (each, index) => instanceSettings(each, index + 1) as { name: string },
    );
    return {
      user: {
        id: 1,
        isSignedIn: true,
        login: this.role.toLowerCase(),
        name: this.role,
        email: '',
        orgId: 1,
        orgName: 'Main Org.',
        orgRole: this.role,
        isGrafanaAdmin: this.role === 'Admin',
        lightTheme: this.theme === 'light',
        theme: this.theme,
        timezone: 'utc',
        weekStart: 'monday',
        language: 'en-US',
        locale: 'en-US',
        permissions: permissionsOf(this.role),
      },
      settings: {
        buildInfo: { version: '13.2.2', commit: 'host', env: 'production', edition: 'Open Source' },
        datasources: Object.fromEntries(settings.map((each) => [each.name, each])),
        defaultDatasource: this.dataSources.list.find(({ isDefault }) => isDefault)?.name ?? '',
        apps: { [this.plugin.json.id]: this.plugin.app },
        appUrl: `${this.url}/`,
        appSubUrl: '',
        featureToggles: {},
        unifiedAlertingEnabled: true,
        exploreEnabled: true,
        rbacEnabled: true,
        namespace: 'default',
      },
      navTree: [],
      assets: { light: '', dark: '' },
    };
  }

  #html(): string {
    const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
    return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><link rel="stylesheet" href="/public/page/page.css"><style>body { margin: 0; }</style><title>${this.plugin.json.name} - Grafana</title></head>
<body class="theme-${this.theme}">
<div id="reactRoot"></div>
<script>
window.grafanaBootData = ${json(this.#bootData())};
window.hostPlugin = ${json(this.plugin.json)};
window.__grafana_public_path__ = '/public/';
</script>
<script src="/public/page/page.js"></script>
<script src="/public/system/system.min.js"></script>
<script src="/public/system/extras/amd.min.js"></script>
<script src="/public/system/extras/named-register.min.js"></script>
<script>window.startHost();</script>
</body>
</html>`;
  }
}

interface Served {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
}

/** Builds the page where that is needed, and starts the server on 127.0.0.1. */
export async function startHost(options: HostOptions): Promise<Host> {
  const host = new Host(options, await buildPage());
  await host.listen(options.port);
  return host;
}
