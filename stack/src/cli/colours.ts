import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colours on a terminal only, unless NO_COLOR or FORCE_COLOR say otherwise: https://no-color.org/, https://force-color.org/ */
export function createPaint(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const { FORCE_COLOR = '', NO_COLOR = '', TERM } = environment;
  const wanted =
    FORCE_COLOR === ''
      ? NO_COLOR === '' && stream.isTTY === true && TERM !== 'dumb'
      : FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return wanted ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}
