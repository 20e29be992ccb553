import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { go } from './router.tsx';
import { failureMessage, postJson } from './server-data.ts';

interface Imported {
  readonly spans: number;
  readonly traces: number;
  readonly traceId: string;
}

/** @returns what to tell the user */
export async function importFile(file: File): Promise<string> {
  try {
    const { spans, traces, traceId } = await postJson<Imported>('/api/import', file);
    go(traces === 1 ? `/trace/${traceId}` : '/?q=from:file');
    return `${file.name}: ${spans} spans of ${traces} ${traces === 1 ? 'trace' : 'traces'}`;
  } catch (error) {
    return `${file.name} could not be read: ${failureMessage(error)}`;
  }
}

/** A file let go anywhere over the page is looked at. */
export function DropFile({ onDone }: { readonly onDone: (message: string) => void }): JSX.Element | null {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const onOver = (event: DragEvent): void => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = async (event: DragEvent): Promise<void> => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(false);
      for (const file of event.dataTransfer?.files ?? []) onDone(await importFile(file));
    };
    addEventListener('dragover', onOver);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
    };
  }, [onDone]);
  return over ? <div class="drop-here">Let go to look at this file of OTLP JSON</div> : null;
}
