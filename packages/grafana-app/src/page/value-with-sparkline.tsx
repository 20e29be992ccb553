import { Stack } from '@grafana/ui';
import { Sparkline } from './sparkline.tsx';

interface Props {
  readonly value: number | undefined;
  readonly values: readonly (number | undefined)[];
  readonly format: (value: number | undefined) => string;
  /** Of the values of the last hour, where these are of another kind. */
  readonly formatHistory?: (value: number | undefined) => string;
  readonly label: string;
  readonly tone?: 'neutral' | 'bad';
}

export function ValueWithSparkline({
  value,
  values,
  format,
  formatHistory = format,
  label,
  tone = 'neutral',
}: Props) {
  return (
    <Stack direction="row" gap={1} alignItems="center" justifyContent="space-between">
      <span>{format(value)}</span>
      <Sparkline values={values} format={formatHistory} label={label} tone={tone} />
    </Stack>
  );
}
