import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import { Sparkline } from './sparkline.tsx';

interface Props {
  readonly name: string;
  readonly value: number | undefined;
  readonly format: (value: number | undefined) => string;
  readonly values?: readonly (number | undefined)[];
  readonly tone?: 'neutral' | 'bad';
}

/** One number, large, with its name and its last hour. */
export function Figure({ name, value, format, values = [], tone = 'neutral' }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.figure}>
      <Text variant="bodySmall" color="secondary">
        {name}
      </Text>
      <Text variant="h3" element="span" color={tone === 'bad' ? 'error' : 'primary'}>
        {format(value)}
      </Text>
      <Sparkline values={values} format={format} label={name} tone={tone} width={150} height={28} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  figure: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.5),
    minWidth: theme.spacing(22),
    padding: theme.spacing(1.5),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
});
