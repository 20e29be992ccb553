import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TraceDetail } from '../wire/api.ts';
import { hueOf } from './service-colours.ts';
import type { TimeRange } from './span-rows.ts';

export interface MinimapProps {
  readonly trace: TraceDetail;
  readonly range: TimeRange | undefined;
  readonly onZoom: (range: TimeRange | undefined) => void;
}

/** A drag shorter than this many pixels is a click, which shows all again. */
const MIN_DRAG = 4;

/** The whole trace at a glance; dragging over a part zooms to it. The keys z and 0 do the same. */
export function Minimap({ trace, range, onZoom }: MinimapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  useEffect(() => {
    const node = canvas.current;
    if (node === null) return;
    const redraw = (): void => draw(node, trace);
    const size = new ResizeObserver(redraw);
    size.observe(node);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', redraw);
    return () => {
      size.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', redraw);
    };
  }, [trace]);
  const shareOf = (event: PointerEvent): number => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - left) / width));
  };
  const shown =
    drag !== undefined
      ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
      : range !== undefined && { from: range.from / trace.duration, to: range.to / trace.duration };
  return (
    <div
      class="minimap"
      title="Drag to zoom; click to show all"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = shareOf(event);
        setDrag({ from: at, to: at });
      }}
      onPointerMove={(event) => {
        if (drag !== undefined) setDrag({ from: drag.from, to: shareOf(event) });
      }}
      onPointerCancel={() => setDrag(undefined)}
      onPointerUp={(event) => {
        if (drag === undefined) return;
        const [from, to] = [drag.from, shareOf(event)].sort((a, b) => a - b) as [number, number];
        const isClick = (to - from) * event.currentTarget.clientWidth < MIN_DRAG;
        setDrag(undefined);
        onZoom(isClick ? undefined : { from: from * trace.duration, to: to * trace.duration });
      }}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {shown && (
        <>
          <span class="shade" style={{ left: '0', width: `${shown.from * 100}%` }} />
          <span class="shade" style={{ left: `${shown.to * 100}%`, width: `${(1 - shown.to) * 100}%` }} />
        </>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, { spans, services, duration }: TraceDetail): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  context.scale(devicePixelRatio, devicePixelRatio);
  const style = getComputedStyle(canvas);
  const colours = services.map((service) => style.getPropertyValue(`--${hueOf(service)}`));
  const bad = style.getPropertyValue('--bad');
  const rowHeight = Math.min(6, height / Math.max(1, spans.length));
  spans.forEach((row, i) => {
    if (row.service < 0) return;
    context.fillStyle = row.failed ? bad : (colours[row.service] as string);
    context.fillRect(
      (row.start / Math.max(1, duration)) * width,
      i * rowHeight,
      Math.max(1, (row.duration / Math.max(1, duration)) * width),
      Math.max(1, rowHeight - (rowHeight > 3 ? 1 : 0)),
    );
  });
}
