import { queryPrometheus } from '../grafana/prometheus.ts';
import {
  canBeRecorded,
  DATABASE_LABELS,
  databaseQueries,
  OPERATION_LABELS,
  operationQueries,
  type RedScope,
  type RedSource,
  serviceQueries,
} from './service-queries.ts';
import { type PartRow, partRows, type ServiceRow, serviceRows } from './service-rows.ts';

export interface Services {
  readonly source: RedSource;
  readonly rows: readonly ServiceRow[];
}

/**
 * All services, from the recording rules; where they have nothing to say, from the span metrics.
 *
 * @throws ApiProblem
 */
export async function loadServices(
  uid: string,
  environmentLabel: string,
  of: { readonly service?: string; readonly environment?: string | undefined } = {},
): Promise<Services> {
  const sources: readonly RedSource[] = canBeRecorded(environmentLabel) ? ['recorded', 'spans'] : ['spans'];
  let rows: ServiceRow[] = [];
  for (const source of sources) {
    const answers = await queryPrometheus(uid, serviceQueries({ source, environmentLabel, ...of }));
    rows = serviceRows(answers, environmentLabel);
    if (rows.length > 0) return { source, rows };
  }
  return { source: sources[0]!, rows };
}

export interface ServiceDetails extends Services {
  readonly operations: readonly PartRow[];
  readonly databases: readonly PartRow[];
}

/** One service with what it is asked for and what it asks databases. @throws ApiProblem */
export async function loadService(
  uid: string,
  environmentLabel: string,
  service: string,
  environment: string | undefined,
): Promise<ServiceDetails> {
  const { source, rows } = await loadServices(uid, environmentLabel, { service, environment });
  const scope: RedScope = { source, environmentLabel, service, environment };
  const operations = operationQueries(scope);
  const databases = databaseQueries(scope);
  const answers = await queryPrometheus(uid, {
    operationRequests: operations.requests,
    operationErrors: operations.errors,
    operationP95: operations.p95,
    databaseRequests: databases.requests,
    databaseErrors: databases.errors,
    databaseP95: databases.p95,
  });
  return {
    source,
    rows,
    operations: partRows(
      {
        requests: answers.operationRequests,
        errors: answers.operationErrors,
        p95: answers.operationP95,
      },
      [environmentLabel, ...OPERATION_LABELS],
    ),
    databases: partRows(
      { requests: answers.databaseRequests, errors: answers.databaseErrors, p95: answers.databaseP95 },
      [environmentLabel, ...DATABASE_LABELS],
    ),
  };
}
