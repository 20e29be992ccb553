import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Wraps text in the escape sequences of a style, or leaves it alone. */
export type Paint = (style: Style, text: string) => string;

/** @returns whether to write colours: on a terminal only, unless NO_COLOR or FORCE_COLOR say otherwise */
export function wantsColours(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = environment;
  // In this order, as Node.js itself: https://force-color.org/, https://no-color.org/
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return stream.isTTY === true && TERM !== 'dumb';
}

export function createPaint(colours: boolean): Paint {
  return colours ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}
