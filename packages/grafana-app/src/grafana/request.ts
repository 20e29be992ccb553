import { type BackendSrvRequest, getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { toApiProblem } from './api-problem.ts';

export type Request = Pick<BackendSrvRequest, 'url' | 'method' | 'data' | 'headers' | 'params'>;

/**
 * Asks Grafana's HTTP API with the rights of whoever is signed in. Errors are shown by the page that asked, in their place.
 *
 * @throws ApiProblem
 */
export async function request<T>(asked: Request): Promise<T> {
  try {
    const response = await lastValueFrom(
      getBackendSrv().fetch<T>({ ...asked, showErrorAlert: false, showSuccessAlert: false }),
    );
    return response.data;
  } catch (error) {
    throw toApiProblem(error);
  }
}
