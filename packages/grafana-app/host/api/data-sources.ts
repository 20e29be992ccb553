import { type Answer, type ApiRequest, forbidden, problem } from './answer.ts';
import { queryPrometheus } from './prometheus-frames.ts';

export interface HostDataSource {
  readonly uid: string;
  readonly name: string;
  readonly type: 'prometheus' | 'tempo' | 'jaeger' | 'alertmanager' | 'loki';
  /** Where it is, without a slash at the end. Nothing listens there when it is to be down. */
  readonly url: string;
  readonly isDefault?: boolean;
  readonly jsonData?: object;
}

/** What a data source's plugin.json says, as far as the page looks at it. */
const FLAGS: Readonly<Record<HostDataSource['type'], object>> = {
  prometheus: { metrics: true, alerting: true, annotations: true },
  tempo: { tracing: true },
  jaeger: { tracing: true },
  alertmanager: {},
  loki: { logs: true, metrics: true, alerting: true },
};

/** @returns a data source as the page gets it, `DataSourceInstanceSettings` */
export function instanceSettings(
  { uid, name, type, isDefault = false, jsonData = {} }: HostDataSource,
  id: number,
): object {
  const url = `/api/datasources/proxy/uid/${uid}`;
  const logo = '/public/img/icons/unicons/database.svg';
  const info = {
    author: { name: 'Grafana Labs' },
    logos: { small: logo, large: logo },
    version: '13.2.2',
    links: [],
    screenshots: [],
    updated: '',
    description: '',
  };
  const meta = {
    id: type,
    name,
    type: 'datasource',
    info,
    module: '',
    baseUrl: '',
    backend: true,
    ...FLAGS[type],
  };
  return {
    id,
    uid,
    name,
    type,
    url,
    isDefault,
    jsonData,
    meta,
    readOnly: false,
    access: 'proxy',
    cachingConfig: {},
  };
}

/** Grafana's data source API, with queries and calls passed on to the real programs. */
export class DataSources {
  list: readonly HostDataSource[];

  constructor(list: readonly HostDataSource[]) {
    this.list = list;
  }

  async handle(request: ApiRequest): Promise<Answer | undefined> {
    const { path, method, role } = request;
    if (path === '/api/ds/query' && method === 'POST') return this.#query(request.body as QueryBody);
    if (path === '/api/datasources' && method === 'GET') {
      if (role !== 'Admin') return forbidden('datasources:read');
      return { status: 200, body: this.list.map((each, index) => this.#described(each, index)) };
    }
    const [, uid = '', rest] =
      /^\/api\/datasources\/uid\/([^/]+)(\/.*)?$/.exec(path) ??
      /^\/api\/datasources\/proxy\/uid\/([^/]+)(\/.*)$/.exec(path) ??
      [];
    if (uid === '') return undefined;
    const found = this.list.find((each) => each.uid === uid);
    if (found === undefined)
      return problem(404, 'Data source not found', { messageId: 'datasource.notFound' });
    if (path.startsWith('/api/datasources/proxy/')) return this.#pass(found, rest!, request);
    if (rest === undefined && method === 'GET') {
      if (role !== 'Admin') return forbidden('datasources:read');
      return { status: 200, body: this.#described(found, this.list.indexOf(found)) };
    }
    if (rest === '/health') return this.#health(found);
    if (rest?.startsWith('/resources/')) return this.#pass(found, rest.slice('/resources'.length), request);
    return undefined;
  }

  #described(
    { uid, name, type, url, isDefault = false, jsonData = {} }: HostDataSource,
    index: number,
  ): object {
    return {
      id: index + 1,
      orgId: 1,
      uid,
      name,
      type,
      url,
      isDefault,
      jsonData,
      access: 'proxy',
      readOnly: false,
      basicAuth: false,
    };
  }

  async #query({ queries = [], from = '', to = '' }: QueryBody): Promise<Answer> {
    const results: Record<string, object> = {};
    let worst = 200;
    await Promise.all(
      queries.map(async (query) => {
        const uid = query.datasource?.uid;
        const found = this.list.find((each) => each.uid === uid);
        let result: { status: number; error?: string; errorSource?: string };
        if (found === undefined) result = { status: 404, error: 'data source not found' };
        else if (found.type !== 'prometheus') {
          result = {
            status: 400,
            errorSource: 'downstream',
            error: `${found.name} does not answer: dial ${found.url}`,
          };
        } else {
          result = await queryPrometheus(found.url, query, Number(from), Number(to)).catch((error) => ({
            status: 502,
            errorSource: 'downstream',
            error: `Post "${found.url}/api/v1/query_range": ${error.cause?.code ?? error}`,
          }));
        }
        worst = Math.max(worst, result.status);
        results[query.refId] = { ...result, ...(result.error === undefined ? {} : { frames: [] }) };
      }),
    );
    return { status: worst === 200 ? 200 : worst === 404 ? 404 : 400, body: { results } };
  }

  async #health(source: HostDataSource): Promise<Answer> {
    const path = {
      prometheus: '/api/v1/query?query=1%2B1',
      tempo: '/api/echo',
      jaeger: '/api/services',
      alertmanager: '/api/v2/status',
      loki: '/ready',
    }[source.type];
    const failed = (why: string): Answer => ({
      status: 400,
      body: { status: 'ERROR', message: why, details: {} },
    });
    try {
      const response = await fetch(`${source.url}${path}`, { signal: AbortSignal.timeout(30_000) });
      if (!response.ok) return failed(`${response.status} ${response.statusText}`);
      return {
        status: 200,
        body: {
          status: 'OK',
          message:
            source.type === 'prometheus'
              ? 'Successfully queried the Prometheus API.'
              : 'Data source is working',
        },
      };
    } catch (error) {
      return failed(
        `Get "${source.url}${path}": ${(error as { cause?: { code?: string } }).cause?.code ?? error}`,
      );
    }
  }

  async #pass(
    source: HostDataSource,
    path: string,
    { method, search, headers, body }: ApiRequest,
  ): Promise<Answer> {
    const query = search.size === 0 ? '' : `?${search}`;
    const sends = method !== 'GET' && method !== 'DELETE';
    try {
      const response = await fetch(`${source.url}${path}${query}`, {
        method,
        ...(sends
          ? {
              body: typeof body === 'string' ? body : JSON.stringify(body),
              headers: { 'content-type': String(headers['content-type'] ?? 'application/json') },
            }
          : {}),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      try {
        return { status: response.status, body: JSON.parse(text) };
      } catch {
        return { status: response.status, body: text };
      }
    } catch (error) {
      return problem(502, `Bad Gateway: ${(error as { cause?: { code?: string } }).cause?.code ?? error}`);
    }
  }
}

interface QueryBody {
  readonly queries?: readonly (Parameters<typeof queryPrometheus>[1] & {
    readonly datasource?: { readonly uid?: string };
  })[];
  readonly from?: string;
  readonly to?: string;
}
