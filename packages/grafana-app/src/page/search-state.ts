import { locationService } from '@grafana/runtime';
import { useCallback } from 'react';
import { useLocation } from 'react-router';

type Change = Readonly<Record<string, string | undefined>>;

/** What a page shows stands in its address, so that it can be sent. An empty value goes out of it. */
export function useSearchState(): readonly [URLSearchParams, (change: Change) => void] {
  const { search } = useLocation();
  const change = useCallback((to: Change) => {
    locationService.partial(
      Object.fromEntries(
        Object.entries(to).map(([name, value]) => [name, value === '' ? null : (value ?? null)]),
      ),
      true,
    );
  }, []);
  return [new URLSearchParams(search), change];
}
