import { untraced } from './untraced.ts';

const TIMEOUT_MILLIS = 2_000;

export interface ServiceState {
  readonly name: string;
  readonly status: 'up' | 'down';
  /** Why it is down. */
  readonly reason?: string;
}

/** Asks both other services whether they are ready; without a trace, because pages ask all the time. */
export function otherServices(routerUrl: string, websocketUrl: string): Promise<ServiceState[]> {
  const websocketService = new URL(websocketUrl);
  websocketService.protocol = websocketService.protocol === 'wss:' ? 'https:' : 'http:';
  return untraced(() =>
    Promise.all([state('llm-router', routerUrl), state('websocket-service', websocketService.href)]),
  );
}

async function state(name: string, url: string): Promise<ServiceState> {
  try {
    const response = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(TIMEOUT_MILLIS) });
    await response.body?.cancel();
    return response.ok
      ? { name, status: 'up' }
      : { name, status: 'down', reason: `its /ready answers ${response.status}` };
  } catch (error) {
    const { name: type, message, cause } = error as Error & { cause?: { code?: string } };
    const reason =
      type === 'TimeoutError' ? `no answer within ${TIMEOUT_MILLIS} ms` : (cause?.code ?? message);
    return { name, status: 'down', reason };
  }
}
