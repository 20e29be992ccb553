import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Everything that is shown has an address: views read it, and change it to change what is shown. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();

function currentPlace(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export function usePlace(): Place {
  const [place, setPlace] = useState(currentPlace);
  useEffect(() => {
    const update = (): void => setPlace(currentPlace());
    listeners.add(update);
    addEventListener('popstate', update);
    return () => {
      listeners.delete(update);
      removeEventListener('popstate', update);
    };
  }, []);
  return place;
}

/** @param replace where the step is too small to go back to, such as a letter typed */
export function go(to: string, { replace = false } = {}): void {
  if (to === location.pathname + location.search) return;
  // A place that was pushed has one of ours before it; see `back`.
  if (replace) history.replaceState(history.state, '', to);
  else history.pushState({ pushed: true }, '', to);
  for (const listener of listeners) listener();
}

/** One step back; to `home` where the page was opened here, and a step back would leave it. */
export function back(home: string): void {
  if ((history.state as { pushed?: boolean } | null)?.pushed === true) history.back();
  else go(home);
}

/** Changes parameters of the address; undefined and empty ones are taken out. */
export function goWith(
  changes: Readonly<Record<string, string | undefined>>,
  options = { replace: true },
): void {
  const { path, query } = currentPlace();
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  go(address(path, query), options);
}

export function address(path: string, query: URLSearchParams | Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? path : `${path}?${text}`;
}

export interface LinkProps {
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly title?: string;
  readonly current?: boolean;
  readonly label?: string;
}

/** @returns whether a click on a link opens it here, and not in a new tab, a window or a file */
export function isPlainClick({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean {
  return button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey;
}

/** A link that needs no new document. */
export function Link({ to, children, current, label, ...rest }: LinkProps): JSX.Element {
  return (
    <a
      {...rest}
      href={to}
      aria-current={current === true ? 'page' : undefined}
      aria-label={label}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
