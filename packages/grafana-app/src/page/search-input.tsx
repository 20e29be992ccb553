import { FilterInput } from '@grafana/ui';

interface Props {
  /** Also what stands in it while it is empty. */
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Searches a table for text as it is typed. */
export function SearchInput({ label, value, onChange }: Props) {
  return (
    <FilterInput
      width={40}
      escapeRegex={false}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={onChange}
    />
  );
}
