import { locationUtil } from '@grafana/data';
import { LinkButton } from '@grafana/ui';
import type { ComponentProps, ReactNode } from 'react';
import { useExactHref } from './exact-href.ts';

type LinkButtonProps = ComponentProps<typeof LinkButton>;
type Props = Pick<LinkButtonProps, 'variant' | 'size' | 'icon' | 'tooltip' | 'aria-label'> & {
  readonly to: string;
  readonly children?: ReactNode;
};

/** A link that looks like a button: within Grafana, wherever that is mounted, or out of it in a tab of its own. */
export function ButtonTo({ to, ...props }: Props) {
  const out = /^https?:/.test(to);
  const href = out ? to : locationUtil.assureBaseUrl(to);
  return (
    <LinkButton
      {...(props as LinkButtonProps)}
      ref={useExactHref(href)}
      href={href}
      {...(out ? { target: '_blank', rel: 'noreferrer noopener' } : {})}
    />
  );
}
