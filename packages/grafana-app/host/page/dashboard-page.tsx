import { dateMath, dateTime, type PanelData, type TimeRange } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import { ErrorBoundary, PanelChrome, Text, useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';
import { useParams, useSearchParams } from 'react-router-dom-v5-compat';
import { type Dashboard, type Panel, sectionsOf } from './dashboard-model.ts';
import { resolveVariables } from './dashboard-variables.ts';
import { panelData } from './panel-data.ts';
import { DRAWN } from './panels.tsx';

const COLUMNS = 24;
const UNIT = 30;
const GAP = 8;
const NAVIGATION = 181;

function timeRangeOf(address: URLSearchParams): TimeRange {
  const from = address.get('from') ?? 'now-1h';
  const to = address.get('to') ?? 'now';
  const parse = (text: string) => dateMath.toDateTime(text, {}) ?? dateTime(Number(text));
  return { from: parse(from), to: parse(to), raw: { from, to } };
}

/** A bundled dashboard, drawn by the parts that @grafana/ui has, with the answers of the real Prometheus. */
export function DashboardPage() {
  const { uid } = useParams();
  const [address] = useSearchParams();
  const [state, setState] = useState<{
    dashboard?: Dashboard;
    variables?: Readonly<Record<string, string>>;
    problem?: string;
  }>({});
  const range = useMemo(() => timeRangeOf(address), [address]);
  useEffect(() => {
    (async () => {
      const { dashboard } = await getBackendSrv().get<{ dashboard: Dashboard }>(`/api/dashboards/uid/${uid}`);
      const variables = await resolveVariables(dashboard.templating.list, address);
      setState({ dashboard, variables });
    })().catch((error) => setState({ problem: String(error.data?.message ?? error) }));
  }, [uid, address]);
  const { dashboard, variables = {}, problem } = state;
  if (problem !== undefined) return <p role="alert">{problem}</p>;
  if (dashboard === undefined) return <p>Loading the dashboard</p>;
  const width = document.documentElement.clientWidth - NAVIGATION - 2 * GAP;
  return (
    <div style={{ padding: GAP }}>
      <Text element="h1" variant="h4">
        {dashboard.title}
      </Text>
      <p style={{ margin: '8px 0' }}>
        {Object.entries(variables).map(([name, value]) => (
          <span key={name} style={{ marginRight: 16 }}>
            {name}: <strong>{value || '(empty)'}</strong>
          </span>
        ))}
      </p>
      {sectionsOf(dashboard).map(({ title, panels }) => (
        <section key={title} aria-label={title}>
          <Text element="h2" variant="h5">
            {title}
          </Text>
          <Grid panels={panels} width={width} range={range} />
        </section>
      ))}
    </div>
  );
}

function Grid({
  panels,
  width,
  range,
}: {
  readonly panels: readonly Panel[];
  readonly width: number;
  readonly range: TimeRange;
}) {
  const top = Math.min(...panels.map(({ gridPos }) => gridPos.y));
  const rows = Math.max(0, ...panels.map(({ gridPos }) => gridPos.y - top + gridPos.h));
  const column = (width + GAP) / COLUMNS;
  return (
    <div style={{ position: 'relative', height: rows * (UNIT + GAP) + GAP, marginTop: GAP }}>
      {panels.map((panel) => {
        const { x, y, w, h } = panel.gridPos;
        const size = { width: w * column - GAP, height: h * (UNIT + GAP) - GAP };
        return (
          <div
            key={panel.id}
            style={{ position: 'absolute', left: x * column, top: (y - top) * (UNIT + GAP), ...size }}
          >
            <PanelFrame panel={panel} range={range} {...size} />
          </div>
        );
      })}
    </div>
  );
}

interface FrameProps {
  readonly panel: Panel;
  readonly range: TimeRange;
  readonly width: number;
  readonly height: number;
}

function PanelFrame({ panel, range, width, height }: FrameProps) {
  const theme = useTheme2();
  const [state, setState] = useState<{ data?: PanelData; problem?: string }>({});
  const Draw = DRAWN[panel.type];
  const asksPrometheus = panel.targets?.every(({ datasource }) => datasource?.type === 'prometheus') ?? false;
  const drawn = Draw !== undefined && asksPrometheus;
  useEffect(() => {
    if (!drawn) return;
    panelData(panel, range, theme).then(
      (data) => setState({ data }),
      (error) => setState({ problem: String(error.message ?? error) }),
    );
  }, [panel, range, theme, drawn]);
  const { data, problem } = state;
  const ready = !drawn || data !== undefined || problem !== undefined;
  return (
    <div data-testid="panel" data-state={problem !== undefined ? 'failed' : ready ? 'ready' : 'loading'}>
      <PanelChrome title={panel.title} width={width} height={height}>
        {(innerWidth, innerHeight) => (
          <>
            {!drawn && (
              <p style={{ padding: 8, opacity: 0.7 }}>
                {Draw === undefined
                  ? `A ${panel.type} panel is drawn by Grafana's own app only, which is not part of this picture.`
                  : 'Asks Tempo, which is not part of this picture.'}
              </p>
            )}
            {problem !== undefined && <p role="alert">{problem}</p>}
            {data !== undefined && Draw !== undefined && (
              <ErrorBoundary>
                {({ error }) =>
                  error ? (
                    <p role="alert">{String(error)}</p>
                  ) : (
                    <Draw panel={panel} data={data} width={innerWidth} height={innerHeight} />
                  )
                }
              </ErrorBoundary>
            )}
          </>
        )}
      </PanelChrome>
    </div>
  );
}
