import { ApiProblem, toApiProblem } from '../grafana/api-problem.ts';

/** Some rules are gone, then Grafana refused one. */
export class RemovedInPart extends ApiProblem {
  /** uids. */
  readonly removed: readonly string[];
  /** Titles of those that are still there. */
  readonly left: readonly string[];
  /** What Grafana said. */
  readonly reason: string;

  constructor(removed: readonly string[], left: readonly string[], error: unknown) {
    const { kind, message } = toApiProblem(error);
    super(kind, `not removed: ${left.join(', ')}: ${message}`);
    this.name = 'RemovedInPart';
    this.removed = removed;
    this.left = left;
    this.reason = message;
  }
}
