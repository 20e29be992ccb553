/**
 * Collects what is wrong while settings are settled. Where each value came from is part of every sentence, so that the
 * reader knows which file or variable to change.
 */
export interface Problems {
  /** Wrong: an error in development; in production a warning with what applies instead. */
  wrong(sentence: string, insteadInProduction: string): void;
  /** Worth saying and harmless. */
  notice(sentence: string): void;
  readonly found: readonly Problem[];
  readonly notices: readonly string[];
}

export interface Problem {
  readonly sentence: string;
  readonly insteadInProduction: string;
}

export function createProblems(): Problems {
  const found: Problem[] = [];
  const notices: string[] = [];
  return {
    found,
    notices,
    wrong(sentence, insteadInProduction) {
      // What traces and metrics share is looked at for both.
      if (found.some((problem) => problem.sentence === sentence)) return;
      found.push({ sentence, insteadInProduction });
    },
    notice(sentence) {
      notices.push(sentence);
    },
  };
}

/** A value for an error text: short, quoted, on one line. */
export function quote(value: unknown): string {
  let text: string;
  if (typeof value === 'string') text = `'${value}'`;
  else if (typeof value === 'function') text = 'a function';
  else if (typeof value === 'object' && value !== null)
    text = Array.isArray(value) ? 'an array' : 'an object';
  else text = String(value);
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 80)}…'` : line;
}
