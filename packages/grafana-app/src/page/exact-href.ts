import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * Sets the address of a link of @grafana/ui as it is. Given as `href`, it is decoded there, against addresses that hide a
 * script (@braintree/sanitize-url 7): the `&` of a TraceQL query then ends it, and a name with a slash becomes two.
 *
 * @param to one that is made here, or was found to be `http` or `https`
 * @returns for the link's `ref`
 */
export function useExactHref(to: string): RefObject<HTMLAnchorElement | null> {
  const link = useRef<HTMLAnchorElement>(null);
  // After each rendering, in which React may have written the other one.
  useLayoutEffect(() => link.current?.setAttribute('href', to));
  return link;
}
