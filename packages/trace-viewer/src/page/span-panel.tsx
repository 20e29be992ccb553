import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { SPAN_KINDS } from '../search/query.ts';
import type { SpanDetail, TraceDetail } from '../wire/api.ts';
import { Attributes, AttributeTable, unlabelled } from './attribute-table.tsx';
import { formatDateTime, formatDuration, plural } from './formats.ts';
import { groupAttributes, type NamedAttribute } from './known-attributes.ts';
import { Link } from './router.tsx';
import { useLive } from './server-data.ts';
import { hueOf } from './service-colours.ts';
import { traceAddress } from './trace-address.ts';

export interface SpanPanelProps {
  readonly trace: TraceDetail;
  readonly spanId: string;
  /** Of the list that the trace was found in. */
  readonly listQuery: string;
  readonly onClose: () => void;
  readonly onSelect: (spanId: string) => void;
}

const STATUSES = ['unset', 'ok', 'error'];
/** Who holds an arrow key down does not want every span on the way. */
const PAUSE_MILLIS = 80;

export function SpanPanel({ trace, spanId, listQuery, onClose, onSelect }: SpanPanelProps): JSX.Element {
  const settled = useSettled(spanId);
  const row = trace.spans.find(({ id }) => id === spanId);
  const known = row !== undefined && row.service >= 0;
  const { data, of, error } = useLive<SpanDetail>(
    known && settled === spanId ? `/api/traces/${trace.traceId}/spans/${spanId}` : undefined,
    { follow: false },
  );
  const span = data !== undefined && of?.endsWith(`/${spanId}`) ? data : undefined;
  return (
    <aside class="panel" aria-label="Span">
      <div class="panel-head">
        <h2>{row === undefined || !known ? `Span ${spanId}` : row.name || '(no name)'}</h2>
        <button type="button" class="plain" aria-label="Close details" title="Close (Esc)" onClick={onClose}>
          ✕
        </button>
      </div>
      {error !== undefined && <p class="problem">{error}</p>}
      {!known && <p class="dim">This span has not arrived; its children name it as their parent.</p>}
      {span !== undefined && <SpanBody span={span} trace={trace} listQuery={listQuery} onSelect={onSelect} />}
    </aside>
  );
}

function useSettled(spanId: string): string {
  const [settled, setSettled] = useState(spanId);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(spanId), PAUSE_MILLIS);
    return () => clearTimeout(timer);
  }, [spanId]);
  return settled;
}

interface SpanBodyProps {
  readonly span: SpanDetail;
  readonly trace: TraceDetail;
  readonly listQuery: string;
  readonly onSelect: (spanId: string) => void;
}

function SpanBody({ span, trace, listQuery, onSelect }: SpanBodyProps): JSX.Element {
  const row = trace.spans.find(({ id }) => id === span.id);
  const critical = row?.critical?.reduce((sum, [from, to]) => sum + to - from, 0) ?? 0;
  const cause = causeOf(trace, span.id);
  const dropped = Object.entries(span.dropped).filter(([, count]) => count > 0);
  return (
    <>
      <p class="facts">
        <span class={`swatch ${hueOf(span.service)}`} aria-hidden="true" />
        <span class="service">{span.service}</span>
        <span>{SPAN_KINDS[span.kind]}</span>
        <b>{formatDuration(span.duration)}</b>
        <span>at {formatDuration(row?.start ?? 0)}</span>
        {critical > 0 && <span class="tag path">{formatDuration(critical)} on the critical path</span>}
        {span.status !== 0 && (
          <span class={span.status === 2 ? 'tag bad' : 'tag'}>{STATUSES[span.status]}</span>
        )}
      </p>
      {span.endsBeforeStart !== undefined && (
        <p class="note">
          Ends {formatDuration(span.endsBeforeStart)} before it starts, by the clock of the sender, which was
          set back meanwhile. Counts as 0.
        </p>
      )}
      {span.status === 2 && (
        <div class="failure">
          <p>{row?.failure || span.statusMessage || 'The span says that it failed, and not why.'}</p>
          {cause !== undefined && (
            <button type="button" class="link" onClick={() => onSelect(cause.id)}>
              Began in {trace.services[cause.service]} {cause.name}
            </button>
          )}
        </div>
      )}
      {groupAttributes(span.attributes).map(({ name, attributes }) => (
        <Attributes key={name} title={name} attributes={attributes} listQuery={listQuery} />
      ))}
      {span.events.length > 0 && (
        <details open={span.events.length <= 20}>
          <summary>{plural(span.events.length, 'event')}</summary>
          <ol class="events">
            {span.events.slice(0, 200).map((event, i) => (
              <li key={i}>
                <p>
                  <b>{event.name === '' ? '(no name)' : event.name}</b>{' '}
                  <span class="dim">{formatOffset(event.offset)}</span>
                </p>
                <AttributeTable attributes={event.attributes.map(unlabelled)} listQuery={listQuery} />
              </li>
            ))}
          </ol>
          {span.events.length > 200 && <p class="dim">The first 200 are shown; Copy JSON has all.</p>}
        </details>
      )}
      {span.links.length > 0 && (
        <details open>
          <summary>{plural(span.links.length, 'link')}</summary>
          <ul class="links">
            {span.links.slice(0, 200).map((link, i) => (
              <li key={i}>
                {link.known ? (
                  <Link to={traceAddress(link.traceId, listQuery, link.spanId)}>
                    <span class="mono">{link.traceId}</span>
                  </Link>
                ) : (
                  <span class="mono" title="This trace is not here">
                    {link.traceId}
                  </span>
                )}
                <AttributeTable attributes={link.attributes.map(unlabelled)} listQuery={listQuery} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>Resource</summary>
        <AttributeTable attributes={span.resource.map(unlabelled)} listQuery={listQuery} />
      </details>
      <details>
        <summary>Identity</summary>
        <AttributeTable attributes={identity(span)} listQuery={undefined} />
      </details>
      {dropped.length > 0 && (
        <p class="note">
          Cut by the sender's limits: {dropped.map(([what, count]) => `${count} ${what}`).join(', ')}.
        </p>
      )}
    </>
  );
}

/** Of an event since its span's start; a sender whose clock was set back has some before. */
function formatOffset(nanoseconds: number): string {
  return `${nanoseconds < 0 ? '−' : '+'}${formatDuration(Math.abs(nanoseconds))}`;
}

/** The first failed span below a failed one: mostly its reason. */
function causeOf({ spans, firstFailure }: TraceDetail, spanId: string) {
  const at = spans.findIndex(({ id }) => id === spanId);
  const row = spans[at];
  if (row === undefined || (row.failedBelow ?? 0) === 0) return undefined;
  const first = firstFailure ?? -1;
  if (first > at && first <= at + row.descendants) return spans[first];
  return spans.slice(at + 1, at + 1 + row.descendants).find((each) => each.failed && !each.failedBelow);
}

function identity(span: SpanDetail): NamedAttribute[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Span', span.id],
    ['Parent', span.parentId ?? 'none: a root'],
    ['Trace', span.traceId],
    ['Start', formatDateTime(span.startedAt)],
    ['Scope', span.scope === '' ? undefined : span.scope],
    ['Trace state', span.traceState === '' ? undefined : span.traceState],
    ['Status message', span.statusMessage === '' ? undefined : span.statusMessage],
  ];
  return rows.flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value, type: 'string' as const, label: undefined }],
  );
}
