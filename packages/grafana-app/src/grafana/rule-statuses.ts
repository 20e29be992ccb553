import { request } from './request.ts';

/** As much of Grafana's answer as is asked for; all of it may be missing. */
interface Answer {
  readonly data?: {
    readonly groups?: readonly { readonly rules?: readonly RuleStatus[] }[];
  };
}

export interface RuleStatus {
  readonly uid?: string;
  readonly name?: string;
  /** `firing`, `pending`, `inactive`; `recovering` where the rule keeps firing for a time. */
  readonly state?: string;
  readonly alerts?: readonly {
    /** `Alerting`, `Normal`, `Pending`, `NoData`, `Error`; `Alerting (NoData)` and the like. */
    readonly state?: string;
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

/**
 * How Grafana's own rules stand, in the folders that may be seen. Needs `alert.rules:read`, which viewers have.
 *
 * @param state of the rules and their alerts; default: whichever
 * @throws ApiProblem
 */
export async function ruleStatuses(state?: 'firing'): Promise<readonly RuleStatus[]> {
  const answer = await request<Answer>({
    url: `/api/prometheus/grafana/api/v1/rules${state === undefined ? '' : `?state=${state}`}`,
    method: 'GET',
  });
  return (answer.data?.groups ?? []).flatMap(({ rules = [] }) => rules);
}
