import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiProblem, toApiProblem } from '../grafana/api-problem.ts';
import { NewestQuestion } from './newest-question.ts';

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
 * Loads when the page comes, when `key` changes, and once a minute while the page can be seen; when it is seen again after
 * longer, at once. An answer that comes after a newer question is dropped. While one is awaited, the minute asks nothing: a
 * Prometheus that needs longer would never be heard, and get more to do.
 *
 * @param key what the answer depends on
 */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; problem?: ApiProblem; loading: boolean }>({
    key,
    loading: true,
  });
  const [questions] = useState(() => new NewestQuestion());
  const askedAt = useRef(0);
  const loader = useRef(load);
  loader.current = load;

  const refresh = useCallback(() => {
    const counts = questions.ask();
    askedAt.current = Date.now();
    setState((before) => (before.key === key ? { ...before, loading: true } : { key, loading: true }));
    loader.current().then(
      (value) => {
        if (counts()) setState({ key, value, loading: false });
      },
      (error) => {
        if (counts())
          setState((before) => ({ ...before, key, problem: toApiProblem(error), loading: false }));
      },
    );
  }, [key, questions]);

  useEffect(() => {
    refresh();
    const again = () => {
      if (document.visibilityState === 'visible' && !questions.waiting) refresh();
    };
    const seen = () => {
      if (Date.now() - askedAt.current >= AGAIN_MS) again();
    };
    const timer = setInterval(again, AGAIN_MS);
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      questions.drop();
    };
  }, [refresh, questions]);

  const current = state.key === key ? state : undefined;
  return {
    value: current?.value,
    problem: current?.problem,
    loading: current?.loading ?? true,
    refresh,
  };
}
