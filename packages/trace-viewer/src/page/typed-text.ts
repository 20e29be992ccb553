import { useEffect, useRef, useState } from 'preact/hooks';

/**
 * The text of a field that writes to the address. What was typed stays as it was typed: the address comes back a little
 * later, when the next letters may stand there already.
 *
 * @param value as the address has it
 */
export function useTypedText(
  value: string,
  onChange: (text: string) => void,
): [text: string, change: (text: string) => void] {
  const [text, setText] = useState(value);
  /** What we wrote and have not seen come back. */
  const sent = useRef<string[]>([]);
  useEffect(() => {
    const at = sent.current.indexOf(value);
    sent.current = at === -1 ? [] : sent.current.slice(at + 1);
    if (at === -1) setText(value);
  }, [value]);
  return [
    text,
    (next) => {
      setText(next);
      if (next === value) sent.current = [];
      else sent.current.push(next);
      onChange(next);
    },
  ];
}
