import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { lastValueFrom, Observable } from 'rxjs';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

function urlOf({ url, params }: BackendSrvRequest): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) search.append(name, String(each));
    }
  }
  const absolute = /^https?:/.test(url) || url.startsWith('/') ? url : `/${url}`;
  return search.size === 0 ? absolute : `${absolute}${absolute.includes('?') ? '&' : '?'}${search}`;
}

function isForm({ headers = {} }: BackendSrvRequest): boolean {
  return Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && String(value).includes('form-urlencoded'),
  );
}

async function parse(response: Response, responseType: BackendSrvRequest['responseType']): Promise<unknown> {
  if (responseType === 'blob') return response.blob();
  if (responseType === 'arraybuffer') return response.arrayBuffer();
  const text = await response.text();
  if (responseType === 'text') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** As Grafana's: JSON in and out, a `FetchError` for every answer that is not 2xx, one request under way an id. */
export class HostBackendSrv implements BackendSrv {
  readonly #underWay = new Map<string, AbortController>();

  fetch<T>(config: BackendSrvRequest): Observable<FetchResponse<T>> {
    return new Observable((subscriber) => {
      const controller = new AbortController();
      const { requestId } = config;
      if (requestId !== undefined) {
        this.#underWay.get(requestId)?.abort();
        this.#underWay.set(requestId, controller);
      }
      config.abortSignal?.addEventListener('abort', () => controller.abort());
      this.#send<T>(config, controller.signal).then(
        (response) => {
          subscriber.next(response);
          subscriber.complete();
        },
        (error) => subscriber.error(error),
      );
      return () => controller.abort();
    });
  }

  async #send<T>(config: BackendSrvRequest, signal: AbortSignal): Promise<FetchResponse<T>> {
    const form = isForm(config);
    const hasBody = config.data !== undefined && config.data !== null;
    let response: Response;
    try {
      response = await window.fetch(urlOf(config), {
        method: config.method ?? 'GET',
        headers: {
          accept: 'application/json, text/plain, */*',
          ...(hasBody && !form ? { 'content-type': 'application/json' } : {}),
          ...config.headers,
        },
        ...(hasBody
          ? {
              body: form
                ? new URLSearchParams(config.data).toString()
                : typeof config.data === 'string'
                  ? config.data
                  : JSON.stringify(config.data),
            }
          : {}),
        signal,
      });
    } catch (error) {
      const cancelled = signal.aborted;
      throw {
        type: cancelled ? 'cancelled' : 'error',
        cancelled,
        status: cancelled ? -1 : 0,
        statusText: cancelled ? 'Request was aborted' : String(error),
        data: null,
        config,
      };
    }
    const data = await parse(response, config.responseType);
    if (!response.ok) {
      const shaped = typeof data === 'string' ? { message: data || response.statusText } : data;
      throw { status: response.status, statusText: response.statusText, data: shaped, config } as FetchError;
    }
    const { status, statusText, ok, headers, redirected, type, url } = response;
    return { data: data as T, status, statusText, ok, headers, redirected, type, url, config };
  }

  chunked(): never {
    throw new Error('the host page does not stream chunks');
  }

  async request<T>(config: BackendSrvRequest): Promise<T> {
    return (await lastValueFrom(this.fetch<T>(config))).data;
  }

  datasourceRequest<T>(config: BackendSrvRequest): Promise<FetchResponse<T>> {
    return lastValueFrom(this.fetch<T>(config));
  }

  #ask<T>(method: Method, url: string, rest: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...rest, method, url });
  }

  get<T>(
    url: string,
    params?: BackendSrvRequest['params'],
    requestId?: string,
    options?: Partial<BackendSrvRequest>,
  ): Promise<T> {
    return this.#ask('GET', url, {
      ...options,
      ...(params === undefined ? {} : { params }),
      ...(requestId === undefined ? {} : { requestId }),
    });
  }

  delete<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.#ask('DELETE', url, { ...options, data });
  }

  post<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.#ask('POST', url, { ...options, data });
  }

  patch<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.#ask('PATCH', url, { ...options, data });
  }

  put<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.#ask('PUT', url, { ...options, data });
  }
}
