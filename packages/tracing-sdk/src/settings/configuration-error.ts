/** Everything that is wrong with the options and variables, in one error. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** One sentence a problem: the value, what is allowed, what to do. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? `@uat/tracing-sdk: ${problems[0]}`
        : `@uat/tracing-sdk: ${problems.length} settings are wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}
