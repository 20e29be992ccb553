import { ApiProblem } from '../grafana/api-problem.ts';

/** Somebody else has changed rules since they were seen here, or while they were written. */
export class ChangedMeanwhile extends ApiProblem {
  readonly titles: readonly string[];

  constructor(titles: readonly string[]) {
    super('conflict', `changed by somebody else: ${titles.join(', ')}`);
    this.name = 'ChangedMeanwhile';
    this.titles = titles;
  }
}
