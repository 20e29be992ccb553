import type { JSX } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { TraceDetail } from '../wire/api.ts';
import { plural } from './formats.ts';
import { problemOf } from './query-text.ts';
import { address, goWith } from './router.tsx';
import { useLive } from './server-data.ts';
import { useTypedText } from './typed-text.ts';

export interface FindFieldProps {
  readonly find: string;
  readonly problem: string | undefined;
  readonly count: number | undefined;
  readonly onNext: (step: 1 | -1) => void;
}

export function FindField({ find, problem, count, onNext }: FindFieldProps): JSX.Element {
  const [text, change] = useTypedText(find, (next) => goWith({ find: next }));
  return (
    <search class="find">
      <input
        data-search
        type="text"
        aria-label="Find spans in this trace"
        aria-invalid={problem !== undefined}
        placeholder="Find spans: text, status:error, db.collection.name=docs   ( / )"
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => change(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            onNext(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape') {
            event.preventDefault();
            if (text === '') event.currentTarget.blur();
            else change('');
          }
        }}
      />
      <span class={problem === undefined ? 'found' : 'found problem'} role="status">
        {problem ??
          (count === undefined
            ? ''
            : count === 0
              ? 'no match'
              : plural(count, 'match').replace('matchs', 'matches'))}
      </span>
    </search>
  );
}

/** Spans that the search within the trace finds; undefined without a search. */
export function useMatches(
  trace: TraceDetail,
  find: string,
): { matches: ReadonlySet<string> | undefined; problem: string | undefined } {
  const wrong = problemOf(find);
  const url =
    find.trim() === '' || wrong !== undefined
      ? undefined
      : `${address(`/api/traces/${trace.traceId}/matches`, { q: find })}&spans=${trace.spanCount}`;
  const { data, error, of } = useLive<string[]>(url, { follow: false });
  // Those before stay until the answer has come, or the list would flicker with each letter.
  const latest = useRef<ReadonlySet<string> | undefined>(undefined);
  return useMemo(() => {
    if (find.trim() === '') latest.current = undefined;
    else if (data !== undefined && of === url) latest.current = new Set(data);
    return { matches: latest.current, problem: find.trim() === '' ? undefined : (wrong ?? error) };
  }, [data, of, url, error, find, wrong]);
}
