import { ApiProblem } from './api-problem.ts';
import { request } from './request.ts';
import { type Frame, framesToHistory, framesToSeries, type Series } from './series.ts';

export interface PromQuery {
  readonly expr: string;
  /** Of the last hour, in `HISTORY_STEPS` steps; without it, its value now. */
  readonly history?: boolean;
}

const HISTORY_MS = 3_600_000;
const HISTORY_STEPS = 30;
const HISTORY_STEP_MS = HISTORY_MS / HISTORY_STEPS;

interface Answer {
  readonly results?: Readonly<
    Record<string, { readonly frames?: readonly Frame[]; readonly error?: string }>
  >;
}

/**
 * Asks Prometheus through Grafana, all queries in one call. `/api/ds/query` needs `datasources:query` of that data source,
 * which viewers have unless somebody took it from them; and it is the way that every kind of Prometheus data source
 * supports, with the authentication that is set there.
 *
 * @returns the series by the name of their query
 * @throws ApiProblem when the call or one of the queries failed
 */
export async function queryPrometheus<Name extends string>(
  uid: string,
  queries: Readonly<Record<Name, PromQuery>>,
  now = Date.now(),
): Promise<Record<Name, Series[]>> {
  const names = Object.keys(queries) as Name[];
  const range = { from: now - HISTORY_MS, to: now, step: HISTORY_STEP_MS };
  let answer: Answer;
  try {
    answer = await request<Answer>({
      url: '/api/ds/query?ds_type=prometheus',
      method: 'POST',
      data: {
        from: String(range.from),
        to: String(range.to),
        queries: names.map((name) => {
          const { expr, history = false } = queries[name];
          return {
            refId: name,
            datasource: { type: 'prometheus', uid },
            expr,
            instant: !history,
            range: history,
            format: 'time_series',
            intervalMs: HISTORY_STEP_MS,
            maxDataPoints: HISTORY_STEPS,
          };
        }),
      },
    });
  } catch (error) {
    // With several queries of which one failed, Grafana answers 400, and the text stands beside the query.
    throw failedQuery(((error as ApiProblem).cause as { data?: Answer } | undefined)?.data) ?? error;
  }
  const failed = failedQuery(answer);
  if (failed !== undefined) throw failed;
  return Object.fromEntries(
    names.map((name) => {
      const frames = answer.results?.[name]?.frames ?? [];
      return [name, queries[name].history ? framesToHistory(frames, range) : framesToSeries(frames)];
    }),
  ) as Record<Name, Series[]>;
}

function failedQuery(answer: Answer | undefined): ApiProblem | undefined {
  for (const { error } of Object.values(answer?.results ?? {})) {
    if (error !== undefined && error !== '')
      return new ApiProblem(
        /connect|no such host|EOF|timeout|refused|bad gateway|unavailable/i.test(error)
          ? 'unreachable'
          : 'failed',
        error,
      );
  }
  return undefined;
}
