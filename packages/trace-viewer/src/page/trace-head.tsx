import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TraceDetail } from '../wire/api.ts';
import { CopyButton } from './copy-button.tsx';
import { formatCount, formatDateTime, formatDuration, plural } from './formats.ts';
import { conditions } from './query-text.ts';
import { address, go, Link } from './router.tsx';
import { failureMessage, fetchJson } from './server-data.ts';
import { hueOf } from './service-colours.ts';

export interface TraceHeadProps {
  readonly trace: TraceDetail;
  readonly query: string;
  readonly gone: string | undefined;
  readonly onFailure: () => void;
}

export function TraceHead({ trace, query, gone, onFailure }: TraceHeadProps): JSX.Element {
  const { traceId, spans, services, duration, spanCount, failedSpans, startedAt, skew, weight } = trace;
  const head = spans.find(({ service }) => service >= 0);
  const service = services[head?.service ?? -1] ?? '';
  const operation = head?.name ?? '';
  const text = async (path: string): Promise<string> => {
    const response = await fetch(`/api/traces/${traceId}/${path}`);
    if (!response.ok) throw new Error(response.statusText);
    return response.text();
  };
  return (
    <div class="trace-head">
      <div class="trace-title">
        <Link to={address('/', query === '' ? {} : { q: query })} class="back" label="Back to the traces">
          ←
        </Link>
        <h1>
          <span class={`swatch ${hueOf(service)}`} aria-hidden="true" />
          <span class="service">{service}</span> {operation === '' ? '(no name)' : operation}
        </h1>
        {failedSpans > 0 && (
          <button type="button" class="bad" title="To the span that failed first (e)" onClick={onFailure}>
            {plural(failedSpans, 'error')}: where it began
          </button>
        )}
        <div class="trace-actions">
          <CompareWith traceId={traceId} service={service} operation={operation} />
          <CopyButton title="Copy the address of what is shown" text={() => location.href}>
            Copy link
          </CopyButton>
          <CopyButton title="Copy the trace as OTLP JSON" text={() => text('otlp.json')}>
            Copy JSON
          </CopyButton>
          <CopyButton title="Copy the trace as a waterfall in text" text={() => text('waterfall.txt')}>
            Copy text
          </CopyButton>
        </div>
      </div>
      <p class="facts">
        <b>{formatDuration(duration)}</b>
        <span>{plural(spanCount, 'span')}</span>
        <span>{plural(services.length, 'service')}</span>
        <span>{formatDateTime(startedAt)}</span>
        <span class="mono">{traceId}</span>
        {weight > 1.001 && (
          <span title="By the sampling threshold in its tracestate">
            stands for {formatCount(weight)} traces
          </span>
        )}
        <Skew skew={skew} />
        {gone !== undefined && <span class="warn">{gone}</span>}
      </p>
    </div>
  );
}

/** Which clocks were corrected: the one that was off most, the others when asked. */
function Skew({ skew }: Pick<TraceDetail, 'skew'>): JSX.Element | null {
  const notes = [...skew]
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .map(
      ([name, nanoseconds]) =>
        `clock of ${name} is about ${formatDuration(Math.abs(nanoseconds))} ${nanoseconds > 0 ? 'behind' : 'ahead'}`,
    );
  if (notes.length === 0) return null;
  return (
    <span class="note" title={notes.join('\n')}>
      {notes[0]}
      {notes.length > 1 && `, and ${notes.length - 1} more`}; taken out here
    </span>
  );
}

interface CompareWithProps {
  readonly traceId: string;
  readonly service: string;
  readonly operation: string;
}

/** Other traces of the operation to lay beside this one. */
function CompareWith({ traceId, service, operation }: CompareWithProps): JSX.Element {
  const [problem, setProblem] = useState<string>();
  /** Ends when the trace is left: an answer that comes later must not take the reader along. */
  const left = useRef(new AbortController());
  useEffect(() => () => left.current.abort(), []);
  const choose = async (which: string): Promise<void> => {
    if (which === '') return;
    setProblem(undefined);
    const sort = which === 'failed' ? 'newest' : which;
    const q = `${conditions({ service, operation })}${which === 'failed' ? ' status:error' : ''} -trace:${traceId}`;
    try {
      const { rows } = await fetchJson<{ rows: { traceId: string }[] }>(
        address('/api/traces', { q, sort, limit: '1' }),
        { signal: left.current.signal },
      );
      const other = rows[0]?.traceId;
      if (other !== undefined) go(`/compare/${traceId}/${other}`);
      else setProblem('There is no such trace.');
    } catch (error) {
      if (!left.current.signal.aborted) setProblem(failureMessage(error));
    }
  };
  return (
    <>
      {problem !== undefined && (
        <span class="problem" role="alert">
          {problem}
        </span>
      )}
      <select
        aria-label="Compare with another trace of this operation"
        value=""
        onChange={({ currentTarget }) => {
          const { value } = currentTarget;
          // What is chosen is done at once, and may be chosen again.
          currentTarget.value = '';
          void choose(value);
        }}
      >
        <option value="">Compare with …</option>
        <option value="newest">the newest other</option>
        <option value="shortest">the fastest</option>
        <option value="longest">the slowest</option>
        <option value="failed">one that failed</option>
      </select>
    </>
  );
}
