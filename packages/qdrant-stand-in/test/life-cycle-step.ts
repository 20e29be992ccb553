/** One call of a life cycle: what it is called with, and what is asked of what it gives. */
import { randomUUID } from 'node:crypto';

/** The names that one run uses, so that runs share a server and leave nothing behind. */
export class LifeCycleNames {
  readonly #id = randomUUID().slice(0, 8);
  readonly docs = `life-${this.#id}-docs`;
  readonly multi = `life-${this.#id}-multi`;
  readonly temporary = `life-${this.#id}-temporary`;
  readonly alias = `life-${this.#id}-alias`;
  /** As the server named them. */
  snapshot = '';
  shardSnapshot = '';
  fullSnapshot = '';

  /** What is to be deleted when a run fails in the middle. */
  get collections(): readonly string[] {
    return [this.docs, this.multi, this.temporary];
  }
}

export interface LifeCycleStep {
  readonly method: string;
  readonly args: (names: LifeCycleNames) => readonly unknown[];
  /** The statuses that a single node refuses the call with. */
  readonly refused?: readonly number[];
  /** Changes the whole server: not for a server that others use. */
  readonly serverWide?: true;
  /** What `rowsOf` the answer is. */
  readonly rows?: number;
  /** What the server says of a change. */
  readonly updateStatus?: 'completed' | 'acknowledged';
  /** Asked of what the method gives. */
  readonly holds?: (result: unknown, names: LifeCycleNames) => boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every kind
type Any = any;

/** How many points, hits or pairs an answer holds. */
export function rowsOf(result: unknown): number {
  if (Array.isArray(result))
    return result.reduce<number>((sum, { points }) => sum + (points?.length ?? 1), 0);
  const { points, groups, hits, pairs, scores }: Any = result;
  if (groups) return groups.reduce((sum: number, group: Any) => sum + group.hits.length, 0);
  return (points ?? hits ?? pairs ?? scores).length;
}
