import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Field, Input, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import { useId } from 'react';
import { dashboardUrl } from '../links.ts';
import { type RuleRow, type TypedThresholds, thresholdTexts, thresholdValues } from './rule-list.ts';
import { queryOf } from './rule-state.ts';
import { thresholdProblemText } from './rule-texts.ts';
import { ruleWith } from './rule-thresholds.ts';

interface Props {
  readonly row: RuleRow;
  readonly typed: TypedThresholds;
  readonly onType: (threshold: number, text: string) => void;
}

/** What a rule says, its thresholds, and what to do when it fires. */
export function RuleDetails({ row, typed, onType }: Props) {
  const styles = useStyles2(getStyles);
  const id = useId();
  const { shipped, state, standing, title, changeable } = row;
  const { rule, steps, thresholds } = shipped;
  const texts = thresholdTexts(row, typed);
  const values = thresholdValues(row, typed);
  const preview = ruleWith(
    shipped,
    values.map((value, index) => (typeof value === 'number' ? value : thresholds[index]!.value)),
    { dataSourceUid: '', grafanaUrl: '' },
  );
  return (
    <Stack direction="column" gap={2}>
      <Text element="p">{preview.annotations.description ?? ''}</Text>
      {standing?.error !== undefined && (
        <Text element="p" color="error">
          {t('alerts.cannot-evaluate', 'Grafana could not evaluate it: {{error}}', {
            error: standing.error,
            interpolation: { escapeValue: false },
          })}
        </Text>
      )}
      {state?.is === 'differs' && (
        <Text element="p" color="warning">
          {t(
            'alerts.differs-in',
            'In Grafana it is otherwise in: {{fields}}. Importing it makes it as shipped, with the thresholds below.',
            {
              fields: state.fields.length === 0 ? t('alerts.query', 'its query') : state.fields.join(', '),
            },
          )}
        </Text>
      )}
      <pre className={styles.query}>{String(queryOf(preview))}</pre>
      {thresholds.map(({ unit, reason, value }, index) => {
        const problem = values[index];
        return (
          <Field
            // biome-ignore lint/suspicious/noArrayIndexKey: thresholds are known by their place
            key={index}
            label={t('alerts.threshold-label', 'Threshold, {{unit}}', {
              unit,
              interpolation: { escapeValue: false },
            })}
            description={t('alerts.threshold-reason', '{{reason}} As shipped: {{value}}.', {
              reason,
              value,
              interpolation: { escapeValue: false },
            })}
            invalid={typeof problem === 'string'}
            error={
              typeof problem === 'string' ? thresholdProblemText(problem, texts[index] ?? '') : undefined
            }
            noMargin
          >
            <Input
              id={`${id}-${index}`}
              width={20}
              inputMode="decimal"
              value={texts[index] ?? ''}
              disabled={!changeable}
              onChange={(event) => onType(index, event.currentTarget.value)}
            />
          </Field>
        );
      })}
      <section aria-label={t('alerts.steps-of', 'What to do when {{title}} fires', { title })}>
        <Text element="h3" variant="h5">
          {t('alerts.steps', 'When it fires')}
        </Text>
        <ol className={styles.steps}>
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </section>
      <Stack direction="row" gap={2}>
        <TextLink href={dashboardUrl(rule.dashboardUid, {}, rule.panelId)}>
          {t('alerts.panel', 'Its panel')}
        </TextLink>
        {state !== undefined && state.is !== 'not-installed' && (
          <TextLink href={`/alerting/grafana/${rule.uid}/view`}>
            {t('alerts.in-grafana', 'The rule in Grafana')}
          </TextLink>
        )}
      </Stack>
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  query: css({ whiteSpace: 'pre-wrap', margin: 0 }),
  steps: css({ paddingLeft: theme.spacing(3), margin: theme.spacing(1, 0, 0) }),
});
