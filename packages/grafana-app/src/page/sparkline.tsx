import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import { sparklinePath } from './sparkline-path.ts';

interface Props {
  /** Of the last hour. */
  readonly values: readonly (number | undefined)[];
  readonly format: (value: number | undefined) => string;
  /** What it shows, for who does not see it. */
  readonly label: string;
  readonly tone?: 'neutral' | 'bad';
  readonly width?: number;
  readonly height?: number;
}

/** The course of an hour. An SVG, because a page may have hundreds of them. */
export function Sparkline({ values, format, label, tone = 'neutral', width = 88, height = 22 }: Props) {
  const styles = useStyles2(getStyles);
  const known = values.filter((value) => value !== undefined);
  if (known.length < 2) return null;
  const most = Math.max(...known);
  const text = t('sparkline.label', '{{what}}, last hour: from {{least}} to {{most}}, now {{now}}', {
    what: label,
    least: format(Math.min(...known)),
    most: format(most),
    now: format(values.at(-1)),
    interpolation: { escapeValue: false },
  });
  return (
    <svg
      className={tone === 'bad' && most > 0 ? styles.bad : styles.neutral}
      width={width}
      height={height}
      viewBox={`0 -1 ${width} ${height + 2}`}
      role="img"
      aria-label={text}
    >
      <title>{text}</title>
      <path d={sparklinePath(values, width, height)} />
    </svg>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const line = { fill: 'none', strokeWidth: 1.5, verticalAlign: 'middle', flexShrink: 0 };
  return {
    neutral: css({ ...line, stroke: theme.colors.primary.text }),
    bad: css({ ...line, stroke: theme.colors.error.text }),
  };
};
