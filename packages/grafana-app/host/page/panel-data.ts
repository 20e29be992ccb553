import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  type DataFrame,
  type DataQueryRequest,
  FieldType,
  type GrafanaTheme2,
  LoadingState,
  type PanelData,
  type TimeRange,
  transformDataFrame,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import type { Panel, Target } from './dashboard-model.ts';
import { templateSrv } from './template-srv.ts';

const MAX_DATA_POINTS = 600;

/** Asks every query of a panel, and does with the answer what Grafana does before it draws. */
export async function panelData(panel: Panel, range: TimeRange, theme: GrafanaTheme2): Promise<PanelData> {
  const targets = panel.targets ?? [];
  const source = templateSrv.replace(targets[0]?.datasource?.uid ?? '');
  const api = await getDataSourceSrv().get({ uid: source });
  const intervalMs = Math.max(1000, (range.to.valueOf() - range.from.valueOf()) / MAX_DATA_POINTS);
  const request = {
    app: 'dashboard',
    requestId: `panel-${panel.id}`,
    timezone: 'utc',
    range,
    interval: `${intervalMs}ms`,
    intervalMs,
    maxDataPoints: MAX_DATA_POINTS,
    scopedVars: {},
    startTime: Date.now(),
    // Of the scraping of the stack that the pictures are taken of.
    targets: targets.map((target) => ({ ...target, interval: '1s', datasource: { uid: source } })),
  } as unknown as DataQueryRequest;
  const answer = api.query(request);
  const response = await ('subscribe' in answer ? lastValueFrom(answer) : answer);
  if (response.errors?.length) throw new Error(response.errors.map(({ message }) => message).join('; '));
  let frames = response.data as DataFrame[];
  if (targets.some(({ format }) => format === 'table')) frames = tables(frames, targets);
  if (panel.transformations?.length) {
    frames = await lastValueFrom(
      transformDataFrame(panel.transformations as never, frames, {
        interpolate: (text: string) => templateSrv.replace(text),
      }),
    );
  }
  const series = applyFieldOverrides({
    data: frames,
    fieldConfig: panel.fieldConfig as never,
    replaceVariables: (text, scoped) => templateSrv.replace(text, scoped),
    theme,
    timeZone: 'utc',
  });
  cacheFieldDisplayNames(series);
  return { state: LoadingState.Done, series, timeRange: range };
}

/** One table a query, labels as columns: what Grafana's Prometheus data source makes of instant vectors. */
function tables(frames: readonly DataFrame[], targets: readonly Target[]): DataFrame[] {
  return targets.map(({ refId }) => {
    const own = frames.filter((frame) => frame.refId === refId);
    const points = own.flatMap((frame) => {
      const time = frame.fields.find(({ type }) => type === FieldType.time);
      const value = frame.fields.find(({ type }) => type === FieldType.number);
      return (value?.values ?? []).map((each: unknown, index: number) => ({
        time: time?.values[index],
        value: each,
        labels: value?.labels ?? {},
      }));
    });
    const names = [...new Set(points.flatMap(({ labels }) => Object.keys(labels)))].sort();
    return {
      refId,
      length: points.length,
      fields: [
        { name: 'Time', type: FieldType.time, config: {}, values: points.map(({ time }) => time) },
        ...names.map((name) => ({
          name,
          type: FieldType.string,
          config: { filterable: true },
          values: points.map(({ labels }) => labels[name] ?? ''),
        })),
        {
          name: targets.length > 1 ? `Value #${refId}` : 'Value',
          type: FieldType.number,
          config: {},
          values: points.map(({ value }) => value),
        },
      ],
    };
  });
}
