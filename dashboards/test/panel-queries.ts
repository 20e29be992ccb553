import { ALL_DASHBOARDS, panelsOf } from '../src/dashboards/dashboards.ts';
import { type PrometheusQuery, refId } from '../src/dashboards/query.ts';
import type { Variable } from '../src/dashboards/variables.ts';
import { filledIn } from '../src/lint/filled-in.ts';
import { DASHBOARDS } from '../src/panels.ts';

/** One Prometheus query of a panel. */
export interface PanelQuery extends PrometheusQuery {
  /** Such as `uat-service-overview/104 A`. */
  readonly key: string;
  readonly title: string;
  /** With the variables of the dashboard filled in. */
  readonly filled: string;
}

/**
 * @param chosen values of variables that take exactly one; the others stand on All
 * @param rateInterval what Grafana would put in: four times the scrape interval, or more
 */
export function panelQueries(chosen: Readonly<Record<string, string>>, rateInterval: string): PanelQuery[] {
  return ALL_DASHBOARDS.flatMap((dashboard) => {
    const values = { ...valuesOf(dashboard.variables, chosen), __rate_interval: rateInterval };
    return panelsOf(dashboard).flatMap(({ id, title, queries }) =>
      queries.flatMap((query, index) =>
        query.source !== 'prometheus'
          ? []
          : [
              {
                ...query,
                key: `${DASHBOARDS[dashboard.name]}/${id} ${refId(index)}`,
                title,
                filled: filledIn(query.expr, values),
              },
            ],
      ),
    );
  });
}

export function valuesOf(
  variables: readonly Variable[],
  chosen: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    variables.map((variable) => [
      variable.name,
      variable.kind === 'query' && variable.all !== undefined ? variable.all : (chosen[variable.name] ?? ''),
    ]),
  );
}
