import type { IconName } from '@grafana/ui';
import { ButtonTo } from './button-to.tsx';

interface Props {
  readonly icon: IconName;
  readonly tooltip: string;
  /** What is read out: with the row's name, because there is one in each row. */
  readonly label: string;
  readonly to: string;
}

/** A link out of a row of a table. */
export function RowLink({ icon, tooltip, label, to }: Props) {
  return <ButtonTo size="sm" variant="secondary" icon={icon} tooltip={tooltip} aria-label={label} to={to} />;
}
