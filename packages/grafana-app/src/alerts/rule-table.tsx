import { t } from '@grafana/i18n';
import { Badge, type BadgeColor, Checkbox, type Column, InteractiveTable, Stack, Text } from '@grafana/ui';
import { useCallback, useMemo } from 'react';
import { RuleDetails } from './rule-details.tsx';
import { type RuleRow, type TypedThresholds, thresholdTexts } from './rule-list.ts';
import { standingText, stateText } from './rule-texts.ts';

interface Props {
  readonly rows: RuleRow[];
  readonly chosen: ReadonlySet<string>;
  readonly typed: TypedThresholds;
  readonly onChoose: (uid: string, on: boolean) => void;
  readonly onType: (row: RuleRow, threshold: number, text: string) => void;
}

export function RuleTable({ rows, chosen, typed, onChoose, onType }: Props) {
  const columns = useMemo(
    (): Column<RuleRow>[] => [
      {
        id: 'uid',
        header: '',
        disableGrow: true,
        visible: (all) => all.some(({ changeable }) => changeable),
        cell: ({ row: { original } }) => (
          <Checkbox
            aria-label={t('alerts.choose', 'Choose {{title}}', { title: original.title })}
            value={chosen.has(original.uid)}
            disabled={!original.changeable}
            onChange={(event) => onChoose(original.uid, event.currentTarget.checked)}
          />
        ),
      },
      { id: 'title', header: t('alerts.column.rule', 'Rule'), sortType: 'string' },
      { id: 'component', header: t('alerts.column.component', 'Component'), sortType: 'string' },
      {
        id: 'severity',
        header: t('alerts.column.severity', 'Severity'),
        sortType: 'string',
        cell: ({ row: { original } }) => (
          <Text color={original.severity === 'critical' ? 'error' : 'secondary'}>{original.severity}</Text>
        ),
      },
      {
        id: 'state',
        header: t('alerts.column.state', 'State'),
        visible: (all) => all.some(({ state }) => state !== undefined),
        sortType: (a, b) => String(a.original.state?.is).localeCompare(String(b.original.state?.is)),
        cell: ({ row: { original } }) => <State row={original} />,
      },
      {
        id: 'thresholds',
        header: t('alerts.column.thresholds', 'Thresholds'),
        cell: ({ row: { original } }) => thresholdTexts(original, typed).join(', '),
      },
    ],
    [chosen, typed, onChoose],
  );
  const renderExpandedRow = useCallback(
    (row: RuleRow) => (
      <RuleDetails row={row} typed={typed} onType={(threshold, text) => onType(row, threshold, text)} />
    ),
    [typed, onType],
  );
  return (
    <InteractiveTable
      columns={columns}
      data={rows}
      getRowId={({ uid }: RuleRow) => uid}
      pageSize={100}
      autoResetPage={false}
      renderExpandedRow={renderExpandedRow}
    />
  );
}

const STANDING_COLORS: Readonly<Record<string, BadgeColor>> = {
  firing: 'red',
  error: 'red',
  pending: 'orange',
  recovering: 'orange',
  nodata: 'orange',
};

function State({ row: { state, standing, provisioned } }: { readonly row: RuleRow }) {
  if (state === undefined) return null;
  const color = ({ installed: 'green', differs: 'orange', 'not-installed': 'darkgrey' } as const)[state.is];
  return (
    <Stack direction="row" gap={0.5}>
      <Badge text={stateText(state.is)} color={color} />
      {standing?.is.map((part) => {
        const text = standingText(part);
        return (
          text !== undefined && <Badge key={part} text={text} color={STANDING_COLORS[part] ?? 'darkgrey'} />
        );
      })}
      {provisioned && <Badge text={t('alerts.provisioned', 'Provisioned')} color="blue" icon="lock" />}
    </Stack>
  );
}
