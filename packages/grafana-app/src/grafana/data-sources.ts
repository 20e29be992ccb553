import { getDataSourceSrv } from '@grafana/runtime';
import { toApiProblem } from './api-problem.ts';
import type { DataSource } from './choose-data-source.ts';
import { request } from './request.ts';

/** Those that whoever is signed in may query; Grafana puts them into its page, so no right to read their settings is needed. */
export function listDataSources(): DataSource[] {
  return getDataSourceSrv()
    .getList()
    .map(({ uid, name, type, isDefault = false }) => ({ uid, name, type, isDefault }));
}

export interface Health {
  readonly ok: boolean;
  readonly message: string;
}

/** The same as "Save & test" of the data source. Needs `datasources:query`, which viewers have. */
export async function testDataSource(uid: string): Promise<Health> {
  try {
    const answer = await request<{ status?: string; message?: string }>({
      url: `/api/datasources/uid/${encodeURIComponent(uid)}/health`,
      method: 'GET',
    });
    return { ok: answer.status === 'OK', message: answer.message ?? answer.status ?? '' };
  } catch (error) {
    return { ok: false, message: toApiProblem(error).message };
  }
}
