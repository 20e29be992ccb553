import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TracePoint } from '../wire/api.ts';
import { formatDuration, formatTime } from './formats.ts';
import { go } from './router.tsx';
import { traceAddress } from './trace-address.ts';

const PADDING = { left: 58, right: 14, top: 8, bottom: 18 };
const REACH = 14;

interface Placed {
  readonly point: TracePoint;
  readonly x: number;
  readonly y: number;
}

export interface ScatterProps {
  readonly points: readonly TracePoint[];
  readonly query: string;
  /** The pointer is over it: dots that move cannot be hit. */
  readonly onHover: (hovered: boolean) => void;
}

/** When and how long: each trace a dot, on a logarithmic scale. For the eye and the pointer; the list below has it all. */
export function Scatter({ points, query, onHover }: ScatterProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const placed = useRef<Placed[]>([]);
  const [near, setNear] = useState<Placed>();
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const node = canvas.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => setWidth(node.clientWidth));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current !== null && width > 0) placed.current = draw(canvas.current, points);
  }, [points, width]);
  useEffect(() => {
    const redraw = (): void => {
      if (canvas.current !== null) placed.current = draw(canvas.current, points);
    };
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', redraw);
    const observer = new MutationObserver(redraw);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      scheme.removeEventListener('change', redraw);
      observer.disconnect();
    };
  }, [points]);
  const nearest = (event: MouseEvent): Placed | undefined => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const distance = (each: Placed): number => Math.hypot(each.x - x, each.y - y);
    const best = placed.current.reduce<Placed | undefined>(
      (closest, each) => (closest === undefined || distance(each) < distance(closest) ? each : closest),
      undefined,
    );
    return best !== undefined && distance(best) <= REACH ? best : undefined;
  };
  return (
    <div class="scatter">
      <canvas
        ref={canvas}
        aria-hidden="true"
        class={near === undefined ? '' : 'near'}
        onMouseMove={(event) => {
          onHover(true);
          setNear(nearest(event));
        }}
        onMouseLeave={() => {
          onHover(false);
          setNear(undefined);
        }}
        onClick={(event) => {
          const found = nearest(event);
          if (found !== undefined) go(traceAddress(found.point.traceId, query));
        }}
      />
      {near !== undefined && (
        <div
          class={`tip ${near.x > width / 2 ? 'left' : ''}`}
          style={{ left: `${near.x}px`, top: `${near.y}px` }}
          aria-hidden="true"
        >
          <b>{near.point.label}</b> {formatDuration(near.point.duration)}
          {near.point.failed && <span class="tag bad">failed</span>}
        </div>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, points: readonly TracePoint[]): Placed[] {
  const context = canvas.getContext('2d');
  if (context === null) return [];
  const scale = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * scale;
  canvas.height = height * scale;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name);
  context.font = `11px ${style.fontFamily}`;
  if (points.length === 0) return [];
  const times = points.map(({ startedAt }) => startedAt);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const logs = points.map(({ duration }) => Math.log10(Math.max(1e3, duration)));
  const lowest = Math.floor(Math.min(...logs));
  const highest = Math.max(lowest + 1, Math.ceil(Math.max(...logs)));
  const plotWidth = width - PADDING.left - PADDING.right;
  const plotHeight = height - PADDING.top - PADDING.bottom;
  const yOf = (log: number): number => PADDING.top + (1 - (log - lowest) / (highest - lowest)) * plotHeight;
  context.textBaseline = 'middle';
  for (let log = lowest; log <= highest; log++) {
    // Not every power of ten has room for its label.
    if ((highest - log) % Math.ceil((highest - lowest) / 3) !== 0) continue;
    context.fillStyle = colour('--line');
    context.fillRect(PADDING.left, Math.round(yOf(log)), plotWidth, 1);
    context.fillStyle = colour('--text-dim');
    context.textAlign = 'right';
    context.fillText(formatDuration(10 ** log), PADDING.left - 8, yOf(log));
  }
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.fillText(formatTime(from).slice(0, 8), PADDING.left, height - 4);
  context.textAlign = 'right';
  context.fillText(formatTime(to).slice(0, 8), width - PADDING.right, height - 4);
  const span = Math.max(1, to - from);
  const placed = points.map((point, i) => ({
    point,
    x: PADDING.left + ((point.startedAt - from) / span) * plotWidth,
    y: yOf(logs[i] as number),
  }));
  for (const failed of [false, true]) {
    context.fillStyle = colour(failed ? '--bad' : '--dot');
    context.globalAlpha = failed ? 0.95 : 0.55;
    for (const { point, x, y } of placed) {
      if (point.failed !== failed) continue;
      context.beginPath();
      // Told apart by form as well.
      if (failed) {
        context.moveTo(x, y - 5);
        context.lineTo(x + 5, y + 4);
        context.lineTo(x - 5, y + 4);
      } else context.arc(x, y, 3.2, 0, 2 * Math.PI);
      context.fill();
    }
  }
  context.globalAlpha = 1;
  return placed;
}
