import type { ComponentChildren, CSSProperties, JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

export interface VisibleRange {
  readonly first: number;
  /** Behind the last one. */
  readonly end: number;
}

const OVERSCAN = 6;

/** @returns the rows that a scrolling element shows, and a few around */
export function useVisibleRows(
  element: RefObject<HTMLElement | null>,
  rowHeight: number,
  count: number,
): VisibleRange {
  const [view, setView] = useState({ top: 0, height: 800 });
  // The list may come and go while its view stays: before the first trace there is none.
  const [node, setNode] = useState<HTMLElement | null>(null);
  useLayoutEffect(() => setNode(element.current));
  useLayoutEffect(() => {
    if (node === null) return;
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const next = { top: node.scrollTop, height: node.clientHeight };
      setView((before) => (before.top === next.top && before.height === next.height ? before : next));
    };
    const later = (): void => {
      if (frame === 0) frame = requestAnimationFrame(measure);
    };
    measure();
    node.addEventListener('scroll', later, { passive: true });
    const observer = new ResizeObserver(later);
    observer.observe(node);
    return () => {
      cancelAnimationFrame(frame);
      node.removeEventListener('scroll', later);
      observer.disconnect();
    };
  }, [node]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN);
  return { first, end: Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN) };
}

export interface VirtualRowsProps {
  readonly range: VisibleRange;
  readonly count: number;
  readonly rowHeight: number;
  readonly render: (index: number) => ComponentChildren;
}

/** As high as all rows, with only the visible ones in it. They place themselves: `style={rowPlace(index, rowHeight)}`. */
export function VirtualRows({ range, count, rowHeight, render }: VirtualRowsProps): JSX.Element {
  const rows: ComponentChildren[] = [];
  for (let index = range.first; index < range.end; index++) rows.push(render(index));
  return (
    <div class="rows" role="rowgroup" style={{ height: `${count * rowHeight}px` }}>
      {rows}
    </div>
  );
}

export function rowPlace(index: number, rowHeight: number): CSSProperties {
  return { transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` };
}

/** Scrolls as little as shows the row. */
export function useRowInView(
  element: RefObject<HTMLElement | null>,
  index: number | undefined,
  rowHeight: number,
  headHeight: number,
): void {
  useEffect(() => {
    const node = element.current;
    if (node === null || index === undefined || index < 0) return;
    const top = index * rowHeight;
    if (top < node.scrollTop) node.scrollTop = top;
    else if (top + rowHeight > node.scrollTop + node.clientHeight - headHeight) {
      node.scrollTop = top + rowHeight - node.clientHeight + headHeight;
    }
  }, [element, index, rowHeight, headHeight]);
}
