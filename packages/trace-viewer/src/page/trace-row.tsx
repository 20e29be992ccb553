import type { JSX } from 'preact';
import type { TraceRow as Row } from '../wire/api.ts';
import { formatCount, formatDateTime, formatDuration, formatTime, plural } from './formats.ts';
import { isPlainClick } from './router.tsx';
import { hueOf } from './service-colours.ts';
import { traceAddress } from './trace-address.ts';
import { rowPlace } from './virtual-rows.tsx';

/** Pixels. */
export const ROW_HEIGHT = 34;

export interface TraceRowProps {
  readonly row: Row | undefined;
  readonly index: number;
  readonly active: boolean;
  readonly chosen: boolean;
  readonly longest: number;
  readonly query: string;
  readonly onChoose: (row: Row) => void;
  readonly onOpen: (row: Row) => void;
}

export function TraceRow({
  row,
  index,
  active,
  chosen,
  longest,
  query,
  onChoose,
  onOpen,
}: TraceRowProps): JSX.Element {
  const shape = {
    id: `trace-${index}`,
    role: 'row',
    'aria-rowindex': index + 1,
    'aria-selected': active,
    style: rowPlace(index, ROW_HEIGHT),
  } as const;
  if (row === undefined) {
    return (
      <div {...shape} class="row">
        <span role="gridcell">…</span>
      </div>
    );
  }
  const { traceId, service, operation, failedSpans, duration, spans, services, startedAt } = row;
  return (
    <div
      {...shape}
      class={`row ${active ? 'active' : ''} ${chosen ? 'chosen' : ''} ${failedSpans > 0 ? 'failed' : ''}`}
      onClick={(event) => {
        // The link and the box in it have answers of their own.
        if (!(event.target as Element).closest('a, input')) onOpen(row);
      }}
    >
      <span role="gridcell" class="choose">
        <input
          type="checkbox"
          checked={chosen}
          tabIndex={-1}
          aria-label={`Compare ${service} ${operation}`}
          title="Compare (x)"
          onChange={() => onChoose(row)}
        />
      </span>
      <span role="gridcell" class="time" title={formatDateTime(startedAt)}>
        {formatTime(startedAt)}
      </span>
      <span role="gridcell" class="what">
        <span class={`swatch ${hueOf(service)}`} aria-hidden="true" />
        <span class="service">{service}</span>
        <a
          href={traceAddress(traceId, query)}
          tabIndex={-1}
          onClick={(event) => {
            if (!isPlainClick(event)) return;
            event.preventDefault();
            onOpen(row);
          }}
        >
          {operation === '' ? '(no name)' : operation}
        </a>
        {!row.hasRoot && <span class="tag">root missing</span>}
        {row.imported && <span class="tag">from a file</span>}
        {failedSpans > 0 && (
          <span class="tag bad">{failedSpans === 1 ? '1 error' : `${formatCount(failedSpans)} errors`}</span>
        )}
      </span>
      <span
        role="gridcell"
        class="services"
        title={services.map(([name, count]) => `${name} ${count}`).join(', ')}
      >
        {services.slice(0, 5).map(([name, count]) => (
          <span key={name} class="part">
            <span class={`swatch ${hueOf(name)}`} aria-hidden="true" />
            <span class="unseen">{name} </span>
            {formatCount(count)}
          </span>
        ))}
      </span>
      <span role="gridcell" class="spans">
        {plural(spans, 'span')}
      </span>
      <span role="gridcell" class="duration">
        <span class="track" aria-hidden="true">
          <span
            class={`fill ${failedSpans > 0 ? 'bad' : ''}`}
            style={{ width: `${Math.max(0.5, (duration / longest) * 100)}%` }}
          />
        </span>
        <span class="value">{formatDuration(duration)}</span>
      </span>
    </div>
  );
}
