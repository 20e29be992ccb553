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
  /** `ok`, `error`, `nodata`. Of itself an error or no data leaves `state` at `inactive`. */
  readonly health?: string;
  /** Why it could not be evaluated; empty where it could. */
  readonly lastError?: string;
  /** Not evaluated, until somebody wants it again. */
  readonly isPaused?: boolean;
  readonly alerts?: readonly {
    /** `Alerting`, `Normal`, `Pending`, `NoData`, `Error`; `Alerting (NoData)` and the like. */
    readonly state?: string;
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

/**
 * How Grafana's own rules stand, in the folders that may be seen. Needs `alert.rules:read`, which viewers have.
 *
 * @param asked `firing`: only such rules, with their alerts that fire; `rules`: all, without their alerts, of which a rule
 *   may have thousands
 * @throws ApiProblem
 */
export async function ruleStatuses(asked: 'firing' | 'rules'): Promise<readonly RuleStatus[]> {
  const search = asked === 'firing' ? 'state=firing' : 'limit_alerts=0';
  const answer = await request<Answer>({
    url: `/api/prometheus/grafana/api/v1/rules?${search}`,
    method: 'GET',
  });
  return (answer.data?.groups ?? []).flatMap(({ rules = [] }) => rules);
}
