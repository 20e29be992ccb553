import { PLUGIN_ID, ROOT } from './plugin-id.ts';

export const PAGES = {
  home: ROOT,
  services: `${ROOT}/services`,
  vectorDb: `${ROOT}/vector-db`,
  alerts: `${ROOT}/alerts`,
  configuration: `/plugins/${PLUGIN_ID}?page=configuration`,
} as const;

/** uids of the dashboards in `plugin.json`. */
export const DASHBOARDS = {
  services: 'uat-service-overview',
  traces: 'uat-distributed-tracing',
  vectorDb: 'uat-vector-database',
  pipeline: 'uat-tracing-pipeline',
} as const;

export type Variables = Readonly<Record<string, string | undefined>>;

/** A service's page. */
export function serviceUrl(service: string, environment?: string): string {
  return `${PAGES.services}/${encodeURIComponent(service)}${search({ environment })}`;
}

export function dashboardUrl(uid: string, variables: Variables = {}, panel?: number): string {
  const named = Object.fromEntries(Object.entries(variables).map(([name, value]) => [`var-${name}`, value]));
  return `/d/${uid}${search({ ...named, viewPanel: panel === undefined ? undefined : String(panel) })}`;
}

export interface TraceStore {
  readonly uid: string;
  readonly type: string;
}

/** Traces of the last hour in Explore: of a service, or of whatever calls a collection of a vector database. */
export function exploreUrl(
  { uid, type }: TraceStore,
  { service, failed = false, attributes = {}, resource = {} }: TraceSearch,
): string {
  const query =
    type === 'tempo'
      ? {
          queryType: 'traceql',
          query: traceQl({ service, failed, attributes, resource }),
          limit: 20,
          tableType: 'traces',
        }
      : {
          queryType: 'search',
          service,
          limit: 20,
          tags: logfmt({ ...resource, ...attributes, ...(failed ? { error: 'true' } : {}) }),
        };
  const pane = {
    datasource: uid,
    queries: [{ refId: 'A', datasource: { type, uid }, ...query }],
    range: { from: 'now-1h', to: 'now' },
  };
  return `/explore${search({ schemaVersion: '1', panes: JSON.stringify({ uat: pane }) })}`;
}

export interface TraceSearch {
  readonly service?: string | undefined;
  readonly failed?: boolean;
  /** Of spans. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Attributes of whatever sent the spans. */
  readonly resource?: Readonly<Record<string, string>>;
}

/**
 * The resource attributes that an environment is known by in traces. A label of metrics does not tell the attribute that it
 * was made from, so there are none for one that is not of OpenTelemetry: a wrong condition would find nothing.
 */
export function environmentAttributes(
  environmentLabel: string,
  environment: string | undefined,
): Readonly<Record<string, string>> {
  const attribute = ENVIRONMENT_ATTRIBUTES[environmentLabel];
  return attribute === undefined || environment === undefined || environment === ''
    ? {}
    : { [attribute]: environment };
}

/** By label; the second is the older name. */
const ENVIRONMENT_ATTRIBUTES: Readonly<Record<string, string>> = {
  deployment_environment_name: 'deployment.environment.name',
  deployment_environment: 'deployment.environment',
};

export function traceQl({ service, failed = false, attributes = {}, resource = {} }: TraceSearch): string {
  const conditions = [
    ...(service === undefined ? [] : [`resource.service.name = ${traceQlText(service)}`]),
    ...Object.entries(resource).map(([name, value]) => `resource.${name} = ${traceQlText(value)}`),
    ...Object.entries(attributes).map(([name, value]) => `span.${name} = ${traceQlText(value)}`),
    ...(failed ? ['status = error'] : []),
  ];
  return conditions.length === 0 ? '{}' : `{ ${conditions.join(' && ')} }`;
}

function traceQlText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** The tags of Jaeger's data source: `name=value`, the value in quotes where it needs them. */
function logfmt(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${/[\s"=]/.test(value) ? JSON.stringify(value) : value}`)
    .join(' ');
}

/** The search of Jaeger's own page. @param resource attributes of the service */
export function jaegerUrl(
  address: string,
  service: string,
  resource: Readonly<Record<string, string>> = {},
): string {
  const tags = Object.keys(resource).length === 0 ? undefined : JSON.stringify(resource);
  return `${address.replace(/\/+$/, '')}/search${search({ service, lookback: '1h', tags })}`;
}

function search(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
