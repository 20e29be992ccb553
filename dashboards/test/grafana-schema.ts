import ts from 'typescript';
import type { DashboardJson } from '../src/lint/dashboard-json.ts';
import { ROOT } from './repository.ts';

const PANELCFG = '@grafana/schema/dist/esm/raw/composable';
/** Grafana's types of what a kind of panel takes; it publishes none of `traces` and `nodeGraph` takes nothing here. */
const KINDS: Readonly<Record<string, string>> = {
  timeseries: `${PANELCFG}/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen`,
  stat: `${PANELCFG}/stat/panelcfg/x/StatPanelCfg_types.gen`,
  table: `${PANELCFG}/table/panelcfg/x/TablePanelCfg_types.gen`,
  heatmap: `${PANELCFG}/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen`,
};
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
};

/** The types of Grafana's schema, as JSON has them: the values of an enum are texts there. */
const HEAD = `
type Json<T> = T extends string ? \`\${T}\` : T extends readonly (infer I)[] ? Json<I>[]
  : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
`;

/**
 * Holds dashboards against Grafana's own types (@grafana/schema): every field is known, and of its type.
 *
 * @returns what the compiler says
 */
export function schemaErrors(dashboards: readonly DashboardJson[]): string[] {
  const files = new Map(
    dashboards.map((dashboard) => [
      `${ROOT}dashboards/test/${dashboard.uid}.virtual.ts`,
      sourceOf(dashboard),
    ]),
  );
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, language) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, language) : ts.createSourceFile(name, text, language);
  };
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  const messages = ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ messageText, file }) =>
        `${file?.fileName.split('/').at(-1)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  return [...new Set(messages)];
}

/** Of annotations, Prometheus' own fields: the schema leaves them to the data source, as it does those of queries. */
const OF_PROMETHEUS = ['expr', 'titleFormat', 'step'];

function sourceOf({ annotations, ...rest }: DashboardJson): string {
  const list = annotations.list.map((annotation) =>
    Object.fromEntries(Object.entries(annotation).filter(([name]) => !OF_PROMETHEUS.includes(name))),
  );
  const dashboard = { ...rest, annotations: { list } };
  const lines = [
    "import type { Dashboard } from '@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen';",
    HEAD,
    `export const dashboard: Json<Dashboard> = ${JSON.stringify(dashboard)};`,
  ];
  const panels = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  for (const [kind, module] of Object.entries(KINDS)) {
    const options = panels
      .filter(({ type }) => type === kind)
      .map((panel) => (panel as { options?: unknown }).options);
    lines.push(`export const ${kind}: Json<import('${module}').Options>[] = ${JSON.stringify(options)};`);
  }
  return lines.join('\n');
}
