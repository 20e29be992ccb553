import { t } from '@grafana/i18n';
import { Alert, Button, Combobox, ConfirmModal, EmptyState, Stack, Text } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { SearchInput } from '../page/search-input.tsx';
import { useSearchState } from '../page/search-state.ts';
import type { Rules } from './alerts-page.tsx';
import { type Changed, importRules, removeInstalled } from './rule-changes.ts';
import {
  filterRules,
  hasBadThreshold,
  type RuleRow,
  ruleRows,
  type TypedThresholds,
  thresholdValues,
} from './rule-list.ts';
import { RuleTable } from './rule-table.tsx';
import { failureText, failureTitle, stateText } from './rule-texts.ts';
import type { RuleTarget } from './rule-thresholds.ts';

interface Props {
  readonly rules: Rules;
  /** Whether they are being read again: what was just written here would look as if somebody else had. */
  readonly loading: boolean;
  readonly target: RuleTarget;
  readonly onChanged: () => void;
}

const STATES = ['installed', 'differs', 'not-installed'] as const;

export function RuleList({ rules: { groups, installed, statuses }, loading, target, onChanged }: Props) {
  const [search, change] = useSearchState();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [typed, setTyped] = useState<TypedThresholds>({});
  const [asking, setAsking] = useState(false);
  const [working, setWorking] = useState(false);
  const [changed, setChanged] = useState<Changed>();
  const rows = useMemo(
    () => ruleRows(groups, installed, target, statuses),
    [groups, installed, target, statuses],
  );
  const text = search.get('search') ?? '';
  const component = search.get('component') ?? '';
  const state = search.get('state') ?? '';
  const shown = useMemo(() => filterRules(rows, { text, component, state }), [rows, text, component, state]);
  const chosenRows = rows.filter(({ uid, changeable }) => changeable && chosen.has(uid));
  const bad = chosenRows.filter((row) => hasBadThreshold(row, typed));
  const removable = chosenRows.flatMap(({ state: of }) =>
    of === undefined || of.is === 'not-installed' ? [] : [of.installed],
  );

  const work = async (doIt: () => Promise<Changed>) => {
    setWorking(true);
    setChanged(undefined);
    const result = await doIt();
    const done = new Set(result.done);
    setChanged(result);
    setChosen((before) => new Set([...before].filter((uid) => !done.has(uid))));
    setTyped((before) => Object.fromEntries(Object.entries(before).filter(([uid]) => !done.has(uid))));
    setWorking(false);
    onChanged();
  };
  const doImport = () =>
    work(() =>
      importRules(
        groups,
        chosenRows.map((row) => ({
          shipped: row.shipped,
          values: thresholdValues(row, typed).filter((value) => typeof value === 'number'),
        })),
        new Map((installed.rules ?? []).map((rule) => [rule.uid, rule])),
        target,
      ),
    );
  const choose = (uids: readonly string[], on: boolean) =>
    setChosen((before) => {
      const after = new Set(before);
      for (const uid of uids) on ? after.add(uid) : after.delete(uid);
      return after;
    });

  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={2} wrap="wrap" alignItems="center">
        <SearchInput
          label={t('alerts.search', 'Search rules')}
          value={text}
          onChange={(value) => change({ search: value })}
        />
        <Combobox
          width={24}
          isClearable
          aria-label={t('alerts.component', 'Component')}
          placeholder={t('alerts.all-components', 'All components')}
          options={[...new Set(rows.map((row) => row.component))].map((value) => ({ value }))}
          value={component === '' ? null : component}
          onChange={(option) => change({ component: option?.value })}
        />
        {installed.rules !== undefined && (
          <Combobox
            width={24}
            isClearable
            aria-label={t('alerts.state-filter', 'State')}
            placeholder={t('alerts.all-states', 'All states')}
            options={STATES.map((value) => ({ value, label: stateText(value) }))}
            value={state === '' ? null : (state as (typeof STATES)[number])}
            onChange={(option) => change({ state: option?.value })}
          />
        )}
      </Stack>
      {installed.changeable && (
        <Stack direction="row" gap={1} wrap="wrap" alignItems="center">
          <Button
            variant="secondary"
            onClick={() => choose(changeableOf(shown), true)}
            disabled={changeableOf(shown).every((uid) => chosen.has(uid))}
          >
            {t('alerts.choose-all', 'Choose all shown')}
          </Button>
          <Button variant="secondary" onClick={() => setChosen(new Set())} disabled={chosenRows.length === 0}>
            {t('alerts.choose-none', 'Choose none')}
          </Button>
          <Button
            icon="import"
            onClick={doImport}
            disabled={working || loading || chosenRows.length === 0 || bad.length > 0}
          >
            {t('alerts.import', 'Import {{rules}}', { rules: chosenRows.length })}
          </Button>
          <Button
            variant="destructive"
            icon="trash-alt"
            onClick={() => setAsking(true)}
            disabled={working || loading || removable.length === 0}
          >
            {t('alerts.remove', 'Remove {{rules}}', { rules: removable.length })}
          </Button>
          {bad.length > 0 && (
            <Text color="error">
              {t('alerts.bad-threshold', 'A threshold may not be what it is: {{titles}}', {
                titles: bad.map(({ title }) => title).join(', '),
              })}
            </Text>
          )}
        </Stack>
      )}
      <div role="status">{changed !== undefined && <Result changed={changed} />}</div>
      {shown.length === 0 ? (
        <EmptyState variant="not-found" message={t('alerts.none-found', 'No rule is like that')}>
          <Button
            variant="secondary"
            onClick={() => change({ search: undefined, component: undefined, state: undefined })}
          >
            {t('alerts.show-all', 'Show all rules')}
          </Button>
        </EmptyState>
      ) : (
        <RuleTable
          rows={shown}
          chosen={chosen}
          typed={typed}
          onChoose={(uid, on) => choose([uid], on)}
          onType={(row, index, value) => {
            const texts = row.shipped.thresholds.map((_, place) =>
              place === index ? value : typed[row.uid]?.[place],
            );
            setTyped((before) => ({ ...before, [row.uid]: texts }));
            if (row.changeable) choose([row.uid], true);
          }}
        />
      )}
      <ConfirmModal
        isOpen={asking}
        title={t('alerts.remove-title', 'Remove alert rules')}
        body={t(
          'alerts.remove-body',
          'Remove {{rules}} rules from Grafana? What was changed in them is lost.',
          {
            rules: removable.length,
          },
        )}
        confirmText={t('alerts.remove-confirm', 'Remove')}
        onConfirm={() => {
          setAsking(false);
          void work(() => removeInstalled(removable));
        }}
        onDismiss={() => setAsking(false)}
      />
    </Stack>
  );
}

function changeableOf(rows: readonly RuleRow[]): string[] {
  return rows.filter(({ changeable }) => changeable).map(({ uid }) => uid);
}

function Result({ changed: { done, failed } }: { readonly changed: Changed }) {
  return (
    <>
      {done.length > 0 && (
        <Alert
          severity="success"
          title={t('alerts.done', '{{rules}} rules changed', { rules: done.length })}
        />
      )}
      {failed.map(({ group, error }) => (
        <Alert key={group} severity="error" title={failureTitle(group, error)}>
          {failureText(error)}
        </Alert>
      ))}
    </>
  );
}
