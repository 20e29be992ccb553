import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** @returns whether keys go to text that is being typed */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type=checkbox]), textarea, select, [contenteditable]')
  );
}

/** @returns whether the key works what has the focus: a button, a link, a box */
function isTaken({ key, target }: KeyboardEvent): boolean {
  const works = key === 'Enter' || key === ' ';
  return works && target instanceof Element && target.closest('a, button, summary, input') !== null;
}

/** Keys of the whole page, while nobody types. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || isTaken(event) || document.querySelector('dialog[open]') !== null) return;
      const action = current.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action(event);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

const KEYS: readonly (readonly [heading: string, readonly (readonly [keys: string, what: string])[]])[] = [
  [
    'Everywhere',
    [
      ['/', 'search'],
      ['1 2 3 4', 'traces, services, map, databases'],
      ['p', 'pause and go on'],
      ['t', 'light, dark, or as the system'],
      ['?', 'this list'],
    ],
  ],
  [
    'In lists',
    [
      ['↑ ↓ or k j', 'up and down'],
      ['Home End PgUp PgDn', 'far'],
      ['Enter', 'open'],
      ['x', 'choose a trace to compare; the second one compares'],
    ],
  ],
  [
    'In a trace',
    [
      ['← →', 'close and open a span; to its parent, to its first child'],
      ['e', 'the span that failed first; again: the next failure'],
      ['n N', 'next and previous match of the search'],
      ['c', 'critical path on and off'],
      ['z 0', 'zoom to the span; all'],
      ['[ ]', 'close all, open all'],
      ['Esc', 'close details; back to the list'],
    ],
  ],
];

export function ShortcutHelp({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="help" aria-label="Keys" onClose={onClose}>
      <form method="dialog">
        <button type="submit" class="plain close" aria-label="Close">
          ✕
        </button>
      </form>
      <div class="help-columns">
        {KEYS.map(([heading, keys]) => (
          <section key={heading}>
            <h2>{heading}</h2>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h2>Search</h2>
          <dl class="queries">
            {QUERIES.map(([query, what]) => (
              <div key={query}>
                <dt>
                  <code>{query}</code>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </dialog>
  );
}

const QUERIES: readonly (readonly [query: string, what: string])[] = [
  ['declined "no stock"', 'texts anywhere in the trace'],
  ['service:checkout', 'and operation:, status:error, kind:server'],
  ['duration:>100ms', 'of the whole trace; spans:>50'],
  ['http.route=/orders', 'an attribute; != > >= < <= and ~ (contains)'],
  ['error.type=*', 'there is such an attribute'],
  ['-health', 'not'],
];
