import type { AppPluginMeta, PluginConfigPageProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert, Button, Combobox, Field, Input, Stack, Text } from '@grafana/ui';
import { type FormEvent, useId, useState } from 'react';
import { type ApiProblem, toApiProblem } from '../grafana/api-problem.ts';
import { chooseDataSource, type DataSourceKind } from '../grafana/choose-data-source.ts';
import { type Health, listDataSources, testDataSource } from '../grafana/data-sources.ts';
import { request } from '../grafana/request.ts';
import { ProblemAlert } from '../page/loaded-view.tsx';
import {
  DEFAULT_ENVIRONMENT_LABEL,
  isLabelName,
  isWebAddress,
  readSettings,
  type TracingSettings,
} from '../settings/settings.ts';

type Props = PluginConfigPageProps<AppPluginMeta>;

const KINDS = [
  ['prometheus', 'prometheusUid', 'Prometheus'],
  ['tempo', 'tempoUid', 'Tempo'],
  ['jaeger', 'jaegerUid', 'Jaeger'],
] as const satisfies readonly (readonly [DataSourceKind, keyof TracingSettings, string])[];

export default function ConfigurationPage({ plugin: { meta } }: Props) {
  const id = useId();
  const [draft, setDraft] = useState<TracingSettings>(() => readSettings(meta.jsonData));
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const change = (part: TracingSettings) => setDraft((before) => ({ ...before, ...part }));
  const address = draft.jaegerUrl ?? '';
  const label = draft.environmentLabel ?? '';
  const badAddress = address.trim() !== '' && !isWebAddress(address.trim());
  const badLabel = label.trim() !== '' && !isLabelName(label.trim());

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (badAddress || badLabel) return;
    setSaving(true);
    setProblem(undefined);
    try {
      await request({
        url: `/api/plugins/${meta.id}/settings`,
        method: 'POST',
        data: { enabled: meta.enabled, pinned: meta.pinned, jsonData: readSettings(draft) },
      });
      // Grafana hands settings to a page when it is loaded.
      window.location.reload();
    } catch (error) {
      setProblem(toApiProblem(error));
      setSaving(false);
    }
  };

  return (
    <form onSubmit={save} aria-label={t('configuration.form', 'Configuration of UAT Tracing')}>
      <Stack direction="column" gap={3}>
        {KINDS.map(([kind, name, title]) => (
          <DataSourceField
            key={kind}
            kind={kind}
            title={title}
            uid={draft[name]}
            onChange={(uid) => change({ [name]: uid })}
          />
        ))}
        <Field
          label={t('configuration.environment', 'Label of the environment')}
          description={t(
            'configuration.environment-text',
            'The label that tells environments apart. With another one than {{label}}, tables are computed from the span metrics, not from the recording rules.',
            { label: DEFAULT_ENVIRONMENT_LABEL },
          )}
          invalid={badLabel}
          error={
            badLabel
              ? t('configuration.bad-label', 'A label is letters, digits and underscores, as env')
              : undefined
          }
          noMargin
        >
          <Input
            id={`${id}-environment`}
            width={50}
            value={label}
            placeholder={DEFAULT_ENVIRONMENT_LABEL}
            onChange={(event) => change({ environmentLabel: event.currentTarget.value })}
          />
        </Field>
        <Field
          label={t('configuration.jaeger-url', 'Address of Jaeger')}
          description={t(
            'configuration.jaeger-url-text',
            'Where people open it in their browser. Without it, there are no links to it.',
          )}
          invalid={badAddress}
          error={
            badAddress
              ? t(
                  'configuration.bad-address',
                  'An address begins with http:// or https://, as https://jaeger.example.org',
                )
              : undefined
          }
          noMargin
        >
          <Input
            id={`${id}-jaeger`}
            width={50}
            value={address}
            placeholder="https://jaeger.example.org"
            onChange={(event) => change({ jaegerUrl: event.currentTarget.value })}
          />
        </Field>
        {problem !== undefined && <ProblemAlert problem={problem} />}
        <div>
          <Button type="submit" disabled={saving || badAddress || badLabel}>
            {t('configuration.save', 'Save')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

interface FieldProps {
  readonly kind: DataSourceKind;
  readonly title: string;
  readonly uid: string | undefined;
  readonly onChange: (uid: string | undefined) => void;
}

function DataSourceField({ kind, title, uid, onChange }: FieldProps) {
  const id = useId();
  const [health, setHealth] = useState<Health & { readonly of: string }>();
  const [testing, setTesting] = useState(false);
  const { chosen, all, gone } = chooseDataSource(kind, uid, listDataSources());
  const test = async () => {
    if (chosen === undefined) return;
    setTesting(true);
    setHealth({ ...(await testDataSource(chosen.uid)), of: chosen.uid });
    setTesting(false);
  };
  const automatic =
    chosen === undefined
      ? t('configuration.none', 'There is none')
      : t('configuration.automatic', 'Automatic: {{name}}', {
          name: (uid === undefined ? chosen : chooseDataSource(kind, undefined, listDataSources()).chosen)
            ?.name,
          interpolation: { escapeValue: false },
        });
  return (
    <Stack direction="column" gap={1}>
      <Field
        label={t('configuration.data-source', '{{title}} data source', { title })}
        htmlFor={id}
        invalid={gone !== undefined}
        error={
          gone === undefined
            ? undefined
            : t('configuration.gone', '{{uid}} is gone: choose another one', {
                uid: gone,
                interpolation: { escapeValue: false },
              })
        }
        noMargin
      >
        <Stack direction="row" gap={1}>
          <Combobox
            id={id}
            width={50}
            invalid={gone !== undefined}
            isClearable
            placeholder={automatic}
            options={all.map((each) => ({ value: each.uid, label: each.name, description: each.type }))}
            value={gone === undefined ? (uid ?? null) : null}
            onChange={(option) => onChange(option?.value)}
          />
          <Button
            variant="secondary"
            type="button"
            onClick={test}
            disabled={chosen === undefined || testing}
            aria-label={t('configuration.test-of', 'Test {{title}}', { title })}
          >
            {t('configuration.test', 'Test')}
          </Button>
        </Stack>
      </Field>
      {all.length === 0 && (
        <Text color="secondary">{t('configuration.add', 'Add one under Connections, Data sources.')}</Text>
      )}
      <div role="status">
        {health !== undefined && health.of === chosen?.uid && (
          <Alert
            severity={health.ok ? 'success' : 'error'}
            title={
              health.ok
                ? t('configuration.answers', '{{name}} answers', {
                    name: chosen.name,
                    interpolation: { escapeValue: false },
                  })
                : t('configuration.does-not-answer', '{{name}} does not answer', {
                    name: chosen.name,
                    interpolation: { escapeValue: false },
                  })
            }
          >
            {health.message}
          </Alert>
        )}
      </div>
    </Stack>
  );
}
