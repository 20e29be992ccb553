interface Tag {
  readonly key?: unknown;
  readonly value?: unknown;
}

interface Span {
  readonly process?: { readonly serviceName?: unknown; readonly tags?: readonly Tag[] };
  readonly references?: readonly unknown[] | null;
  readonly depth?: unknown;
}

export interface ServiceInContext {
  readonly service: string;
  readonly environment: string | undefined;
}

/**
 * The service that a trace began in. The context of the trace view is Grafana's `Trace` with its data source
 * (public/app/features/explore/TraceView/components/types/trace.ts), which @grafana/data does not export: what is not
 * there is no service.
 */
export function serviceOfTrace(context: unknown): ServiceInContext | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  const { spans } = context as { readonly spans?: unknown };
  if (!Array.isArray(spans)) return undefined;
  const all = spans as readonly Span[];
  const root = all.find(({ depth, references }) => depth === 0 || (references?.length ?? 0) === 0) ?? all[0];
  const service = root?.process?.serviceName;
  if (typeof service !== 'string' || service === '') return undefined;
  const environment = root?.process?.tags?.find(({ key }) => key === 'deployment.environment.name')?.value;
  return { service, environment: typeof environment === 'string' ? environment : undefined };
}

interface PanelContext {
  readonly data?: {
    readonly series?: readonly {
      readonly fields?: readonly { readonly labels?: Readonly<Record<string, string>> }[];
    }[];
  };
}

/**
 * The service that a panel shows: the dashboard's variable `service`, or else the only `service_name` in its data.
 *
 * @param search of the dashboard's address
 */
export function serviceOfPanel(context: unknown, search: string): ServiceInContext | undefined {
  const parameters = new URLSearchParams(search);
  const chosen = only(parameters.getAll('var-service'));
  const labels = ((context as PanelContext | undefined)?.data?.series ?? []).flatMap(({ fields = [] }) =>
    fields.map((field) => field.labels?.service_name),
  );
  const service = chosen ?? only(labels.filter((name) => name !== undefined && name !== ''));
  if (service === undefined || service.startsWith('$__')) return undefined;
  const environment = only(parameters.getAll('var-environment'));
  return { service, environment: environment?.startsWith('$__') ? undefined : environment };
}

function only(values: readonly (string | undefined)[]): string | undefined {
  const different = new Set(values);
  const [first] = different;
  return different.size === 1 && first !== '' && first !== 'All' ? first : undefined;
}
