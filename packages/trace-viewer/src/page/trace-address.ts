import { address } from './router.tsx';

/**
 * @param query of the list that the trace was found in, to go back to it
 * @param spanId that is shown in the trace
 */
export function traceAddress(traceId: string, query: string, spanId?: string): string {
  return address(`/trace/${traceId}`, {
    ...(query !== '' && { q: query }),
    ...(spanId !== undefined && { span: spanId }),
  });
}
