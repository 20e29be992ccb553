import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export interface CopyButtonProps {
  readonly children: string;
  readonly title: string;
  /** What is copied, when it is asked for. */
  readonly text: () => string | Promise<string>;
  readonly class?: string;
}

/** Copies, and says so. */
export function CopyButton({ children, title, text, class: className = '' }: CopyButtonProps): JSX.Element {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), 1500);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => {
    let content: string;
    try {
      content = await text();
    } catch {
      setSaid('Not here any more');
      return;
    }
    try {
      await navigator.clipboard.writeText(content);
      setSaid('Copied');
    } catch {
      setSaid('Not allowed');
    }
  };
  return (
    <button type="button" class={className} title={title} onClick={copy}>
      <span aria-live="polite">{said ?? children}</span>
    </button>
  );
}
