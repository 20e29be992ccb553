import type { Json } from '../json.ts';

/** What a handler gives back; the envelope, with the time it took, is put round a result afterwards. */
export type Answer =
  | { readonly kind: 'result'; readonly result: Json }
  /** 202: the work goes on. */
  | { readonly kind: 'accepted' }
  | { readonly kind: 'json'; readonly body: Json }
  | { readonly kind: 'text'; readonly status: number; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'nothing'; readonly status: number };

export const result = (value: Json): Answer => ({ kind: 'result', result: value });
export const accepted = (): Answer => ({ kind: 'accepted' });
export const json = (body: Json): Answer => ({ kind: 'json', body });
export const text = (body: string, status = 200): Answer => ({ kind: 'text', status, text: body });
export const bytes = (body: Buffer): Answer => ({ kind: 'bytes', bytes: body });
export const nothing = (status: number): Answer => ({ kind: 'nothing', status });
