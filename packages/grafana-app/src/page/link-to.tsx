import { css } from '@emotion/css';
import { type GrafanaTheme2, locationUtil } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props {
  /** Within Grafana, as `links.ts` makes it. */
  readonly to: string;
  readonly children: ReactNode;
}

/** A link in a text, to where names from outside are part of the address: `TextLink` decodes it, as `exact-href.ts` says. */
export function LinkTo({ to, children }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <a className={styles.link} href={locationUtil.assureBaseUrl(to)}>
      {children}
    </a>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  link: css({
    color: theme.colors.text.link,
    textDecoration: 'underline',
    '&:hover': { textDecoration: 'none' },
  }),
});
