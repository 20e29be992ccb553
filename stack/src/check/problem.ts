/** Why a check fails, in one sentence for the table. */
export class Problem extends Error {
  /** Whether waiting may mend it: a trace that is still on its way, a part that is still starting. */
  readonly passing: boolean;
  /** What to run next, where the reason says more than the part. */
  readonly hint: string | undefined;

  constructor(reason: string, options: { readonly passing?: boolean; readonly hint?: string } = {}) {
    super(reason);
    this.passing = options.passing ?? false;
    this.hint = options.hint;
  }
}

/** Not a failure: there was nothing to check, and why. */
export class NothingToCheck extends Error {}
