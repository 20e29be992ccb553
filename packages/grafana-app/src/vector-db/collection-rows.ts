import { byLabels, keyOf, latest, type Series } from '../grafana/series.ts';
import type { CollectionQueryName } from './collection-queries.ts';

export interface CollectionRow {
  readonly collection: string;
  /** As the servers count them; `undefined` where they do not know the collection. */
  readonly points: number | undefined;
  readonly unindexed: number | undefined;
  /** Whether both count every replica, because nobody says how many there are of this collection. */
  readonly withReplicas: boolean;
  readonly optimizing: number | undefined;
  /** Of clients, a second. */
  readonly calls: number | undefined;
  /** Share of the calls. */
  readonly errors: number | undefined;
  /** Seconds. */
  readonly p95: number | undefined;
  readonly p95History: readonly (number | undefined)[];
}

type Answers = Readonly<Record<CollectionQueryName, readonly Series[]>>;

const SERVER = ['id'];
const CLIENT = ['db_collection_name'];

/** A row for every collection that a server or a client knows. */
export function collectionRows(answers: Answers): CollectionRow[] {
  const optimizing = byLabels(answers.optimizing, SERVER);
  const client = (name: CollectionQueryName) => byLabels(answers[name], CLIENT);
  const [calls, errors, p95, history] = [
    client('calls'),
    client('errors'),
    client('p95'),
    client('p95History'),
  ];
  const replicas = replicasByJob(answers);
  const names = new Set(
    [
      ...answers.points.map(({ labels }) => labels.id),
      ...answers.calls.map(({ labels }) => labels.db_collection_name),
    ].filter((name): name is string => name !== undefined && name !== ''),
  );
  return [...names].sort().map((collection) => {
    const key = keyOf({ id: collection }, SERVER);
    const now = (of: Map<string, Series>): number | undefined => {
      const series = of.get(key);
      return series && latest(series);
    };
    const called = now(calls);
    const points = withoutReplicas(answers.points, collection, replicas);
    return {
      collection,
      points: points.value,
      unindexed: withoutReplicas(answers.unindexed, collection, replicas).value,
      withReplicas: points.withReplicas,
      optimizing: now(optimizing),
      calls: called,
      errors: called === undefined || called === 0 ? undefined : (now(errors) ?? 0) / called,
      p95: now(p95),
      p95History: history.get(key)?.values ?? [],
    };
  });
}

/**
 * How many replicas every shard of a cluster has, by its job; `undefined` where they are not the same of all. Qdrant says the
 * fewest and the most of all collections together, and nothing by collection.
 */
function replicasByJob({ fewestReplicas, mostReplicas }: Answers): Map<string, number | undefined> {
  const fewest = byLabels(fewestReplicas, ['job']);
  return new Map(
    mostReplicas.map((series) => {
      const most = latest(series) ?? 0;
      const least = fewest.get(keyOf(series.labels, ['job']));
      const same = most <= 1 || (least !== undefined && latest(least) === most);
      return [series.labels.job ?? '', same ? Math.max(1, most) : undefined];
    }),
  );
}

/** Every node counts the replicas that it holds: their sum counts a point as often as it has replicas. */
function withoutReplicas(
  series: readonly Series[],
  collection: string,
  replicas: ReadonlyMap<string, number | undefined>,
): { readonly value: number | undefined; readonly withReplicas: boolean } {
  let value: number | undefined;
  let withReplicas = false;
  for (const each of series) {
    const counted = latest(each);
    if (each.labels.id !== collection || counted === undefined) continue;
    const job = each.labels.job ?? '';
    // A server that says nothing of replicas is older than these metrics: its sum is all there is.
    const of = replicas.has(job) ? replicas.get(job) : 1;
    if (of === undefined) withReplicas = true;
    value = (value ?? 0) + Math.round(counted / (of ?? 1));
  }
  return { value, withReplicas };
}
