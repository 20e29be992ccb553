import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiProblem, toApiProblem } from '../grafana/api-problem.ts';

/** How often a page looks again, in ms: the recording rules are computed once a minute. */
const AGAIN_MS = 60_000;

export interface Loaded<T> {
  /** The last that came; it stays while it is loaded again, and when that fails. */
  readonly value: T | undefined;
  readonly problem: ApiProblem | undefined;
  readonly loading: boolean;
  readonly refresh: () => void;
}

/**
 * Loads when the page comes, when `key` changes, and once a minute while the page can be seen. An answer that comes after a
 * newer question is dropped.
 *
 * @param key what the answer depends on
 */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; problem?: ApiProblem; loading: boolean }>({
    key,
    loading: true,
  });
  const asked = useRef(0);
  const loader = useRef(load);
  loader.current = load;

  const refresh = useCallback(() => {
    const turn = ++asked.current;
    setState((before) => (before.key === key ? { ...before, loading: true } : { key, loading: true }));
    loader.current().then(
      (value) => {
        if (turn === asked.current) setState({ key, value, loading: false });
      },
      (error) => {
        if (turn === asked.current)
          setState((before) => ({ ...before, key, problem: toApiProblem(error), loading: false }));
      },
    );
  }, [key]);

  useEffect(() => {
    refresh();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') refresh();
    }, AGAIN_MS);
    return () => {
      clearInterval(timer);
      asked.current++;
    };
  }, [refresh]);

  const current = state.key === key ? state : undefined;
  return {
    value: current?.value,
    problem: current?.problem,
    loading: current?.loading ?? true,
    refresh,
  };
}
