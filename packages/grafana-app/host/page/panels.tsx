import { FieldType, getFieldDisplayValues, type PanelData } from '@grafana/data';
import { LegendDisplayMode } from '@grafana/schema';
import {
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  TimeSeries,
  useTheme2,
  VizRepeater,
} from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import type { ReactElement } from 'react';
import type { Panel } from './dashboard-model.ts';
import { templateSrv } from './template-srv.ts';

interface DrawProps {
  readonly panel: Panel;
  readonly data: PanelData;
  readonly width: number;
  readonly height: number;
}

function NoData({ panel }: { readonly panel: Panel }) {
  const config = panel.fieldConfig as { defaults?: { noValue?: string } } | undefined;
  return <p style={{ padding: 8, opacity: 0.7 }}>{config?.defaults?.noValue ?? 'No data'}</p>;
}

function DrawTimeSeries({ panel, data, width, height }: DrawProps) {
  const frames = data.series.filter(
    ({ fields, length }) => length > 0 && fields.some(({ type }) => type === FieldType.number),
  );
  if (frames.length === 0) return <NoData panel={panel} />;
  const legend = {
    displayMode: LegendDisplayMode.List,
    placement: 'bottom',
    showLegend: true,
    calcs: [],
    ...(panel.options?.legend as object),
  };
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      timeRange={data.timeRange}
      timeZone="utc"
      legend={legend as never}
    />
  );
}

function DrawStat({ panel, data, width, height }: DrawProps) {
  const theme = useTheme2();
  const values = getFieldDisplayValues({
    fieldConfig: panel.fieldConfig as never,
    reduceOptions: panel.options?.reduceOptions as never,
    replaceVariables: (text) => templateSrv.replace(text),
    theme,
    data: data.series,
    sparkline: true,
    timeZone: 'utc',
  });
  return (
    <VizRepeater
      source={data}
      getValues={() => values}
      width={width}
      height={height}
      autoGrid
      renderCounter={0}
      orientation={'auto' as never}
      renderValue={({ value, width: each, height: high }) => (
        <BigValue
          value={values.length > 1 ? value.display : ({ ...value.display, title: undefined } as never)}
          width={each}
          height={high}
          theme={theme}
          colorMode={(panel.options?.colorMode as BigValueColorMode) ?? BigValueColorMode.Value}
          graphMode={(panel.options?.graphMode as BigValueGraphMode) ?? BigValueGraphMode.None}
          sparkline={value.sparkline as never}
        />
      )}
    />
  );
}

function DrawTable({ panel, data, width, height }: DrawProps) {
  const frame = data.series[0];
  if (frame === undefined || frame.length === 0) return <NoData panel={panel} />;
  return (
    <TableNG
      data={frame}
      width={width}
      height={height}
      sortBy={panel.options?.sortBy as never}
      cellHeight={panel.options?.cellHeight as never}
      fieldConfig={panel.fieldConfig as never}
      enableSharedCrosshair={false}
    />
  );
}

/** Those that a package of npm can draw. The others are parts of Grafana's own app. */
export const DRAWN: Readonly<Record<string, (props: DrawProps) => ReactElement>> = {
  timeseries: DrawTimeSeries,
  stat: DrawStat,
  table: DrawTable,
};
