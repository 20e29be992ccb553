import { useEffect, useRef, useState } from 'preact/hooks';
import type { ViewerStatus } from '../wire/api.ts';

/** @throws Error with what the server says */
export async function fetchJson<Data>(url: string, init: RequestInit = {}): Promise<Data> {
  const response = await fetch(url, init);
  const data = await response.json();
  if (!response.ok) throw new Error((data as { message: string }).message);
  return data as Data;
}

/** @returns what to tell the user of an error that `fetchJson` threw */
export function failureMessage(error: unknown): string {
  // What `fetch` throws when nobody answers; each browser has words of its own for it.
  return error instanceof TypeError ? 'the viewer does not answer' : (error as Error).message;
}

export function postJson<Data>(url: string, body: BodyInit = '{}'): Promise<Data> {
  return fetchJson<Data>(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

type StatusListener = (status: ViewerStatus | undefined) => void;
const statusListeners = new Set<StatusListener>();
let status: ViewerStatus | undefined;
let source: EventSource | undefined;

function connect(): void {
  if (source !== undefined) return;
  source = new EventSource('/api/live');
  const tell = (next: ViewerStatus | undefined): void => {
    status = next;
    for (const listener of statusListeners) listener(next);
  };
  source.onmessage = (event) => tell(JSON.parse(event.data as string) as ViewerStatus);
  // It connects again by itself.
  source.onerror = () => tell(undefined);
}

/** @returns undefined while the viewer does not answer */
export function useStatus(): ViewerStatus | undefined {
  const [shown, setShown] = useState(status);
  useEffect(() => {
    connect();
    statusListeners.add(setShown);
    setShown(status);
    return () => void statusListeners.delete(setShown);
  }, []);
  return shown;
}

export interface Live<Data> {
  /** Of the last answer, also while the next one is awaited. */
  readonly data: Data | undefined;
  /** The address that `data` answers. */
  readonly of: string | undefined;
  /** What went wrong with the address that is asked for now. */
  readonly error: string | undefined;
}

interface Held<Data> {
  readonly data: Data | undefined;
  readonly of: string | undefined;
  readonly error: { readonly of: string; readonly message: string } | undefined;
}

/**
 * What an address answers, asked again when something has changed, but not more often than `intervalMillis`, one request
 * at a time, and not in a page that nobody sees. A request that did not reach the viewer is made again when it is back.
 *
 * @param url undefined: nothing is asked
 * @param follow false: once is enough
 */
export function useLive<Data>(
  url: string | undefined,
  { intervalMillis = 500, follow = true } = {},
): Live<Data> {
  const [held, setHeld] = useState<Held<Data>>({ data: undefined, of: undefined, error: undefined });
  const following = useRef(follow);
  following.current = follow;
  const wake = useRef<() => void>(() => {});
  useEffect(() => {
    if (url === undefined) return;
    const closing = new AbortController();
    let revision: number | undefined;
    let busy = false;
    let unanswered = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let askedAt = Number.NEGATIVE_INFINITY;
    const ask = async (): Promise<void> => {
      timer = undefined;
      busy = true;
      revision = status?.revision;
      askedAt = performance.now();
      try {
        const data = await fetchJson<Data>(url, { signal: closing.signal });
        unanswered = false;
        if (!closing.signal.aborted) setHeld({ data, of: url, error: undefined });
      } catch (error) {
        if (closing.signal.aborted) return;
        unanswered = error instanceof TypeError;
        setHeld((before) => ({ ...before, error: { of: url, message: failureMessage(error) } }));
      } finally {
        busy = false;
      }
      look();
    };
    const look = (): void => {
      if (busy || timer !== undefined || document.hidden || status === undefined) return;
      const isNew = following.current && status.revision !== revision;
      if (!isNew && !unanswered) return;
      timer = setTimeout(ask, Math.max(0, intervalMillis - (performance.now() - askedAt)));
    };
    connect();
    void ask();
    statusListeners.add(look);
    document.addEventListener('visibilitychange', look);
    wake.current = look;
    return () => {
      closing.abort();
      clearTimeout(timer);
      statusListeners.delete(look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [url, intervalMillis]);
  useEffect(() => {
    if (follow) wake.current();
  }, [follow]);
  const { data, of, error } = held;
  return { data, of, error: error !== undefined && error.of === url ? error.message : undefined };
}
