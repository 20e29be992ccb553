import { t } from '@grafana/i18n';
import { Combobox } from '@grafana/ui';

interface Props {
  /** Those that there are; an empty name is none. */
  readonly environments: Iterable<string | undefined>;
  /** Empty: all. */
  readonly value: string;
  readonly onChange: (environment: string | undefined) => void;
}

/** Narrows a page to an environment; nothing where there is nothing to choose, and none is chosen. */
export function EnvironmentPicker({ environments, value, onChange }: Props) {
  const names = [...new Set(environments)].filter((name) => name !== undefined && name !== '').sort();
  if (names.length < 2 && value === '') return null;
  return (
    <Combobox
      width={30}
      isClearable
      aria-label={t('environment.label', 'Environment')}
      placeholder={t('environment.all', 'All environments')}
      options={names.map((name) => ({ value: name! }))}
      value={value === '' ? null : value}
      onChange={(option) => onChange(option?.value)}
    />
  );
}
