import { byLabels, keyOf, latest, type Series } from '../grafana/series.ts';
import type { CollectionQueryName } from './collection-queries.ts';

export interface CollectionRow {
  readonly collection: string;
  /** As the server counts them; `undefined` where it does not know the collection. */
  readonly points: number | undefined;
  readonly unindexed: number | undefined;
  readonly optimizing: number | undefined;
  /** Of clients, a second. */
  readonly calls: number | undefined;
  /** Share of the calls. */
  readonly errors: number | undefined;
  /** Seconds. */
  readonly p95: number | undefined;
  readonly p95History: readonly (number | undefined)[];
}

const SERVER = ['id'];
const CLIENT = ['db_collection_name'];

/** A row for every collection that the server or a client knows. */
export function collectionRows(
  answers: Readonly<Record<CollectionQueryName, readonly Series[]>>,
): CollectionRow[] {
  const server = (name: CollectionQueryName) => byLabels(answers[name], SERVER);
  const client = (name: CollectionQueryName) => byLabels(answers[name], CLIENT);
  const [points, unindexed, optimizing] = [server('points'), server('unindexed'), server('optimizing')];
  const [calls, errors, p95, history] = [
    client('calls'),
    client('errors'),
    client('p95'),
    client('p95History'),
  ];
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
    return {
      collection,
      points: now(points),
      unindexed: now(unindexed),
      optimizing: now(optimizing),
      calls: called,
      errors: called === undefined || called === 0 ? undefined : (now(errors) ?? 0) / called,
      p95: now(p95),
      p95History: history.get(key)?.values ?? [],
    };
  });
}
