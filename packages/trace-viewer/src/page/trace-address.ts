import { address } from './router.tsx';

/** @param query of the list that the trace was found in, to go back to it */
export function traceAddress(traceId: string, query: string): string {
  return address(`/trace/${traceId}`, query === '' ? {} : { q: query });
}
