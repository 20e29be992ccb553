import type { Paint } from './colours.ts';

/** What a command may do to the world around it; tests give their own. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly paint: Paint;
  out(text: string): void;
  /** Progress and errors: not part of the result. */
  note(text: string): void;
}
