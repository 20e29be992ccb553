/** A file that this package prints. */
export interface PrintedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export const GENERATED = 'dashboards/generated';
