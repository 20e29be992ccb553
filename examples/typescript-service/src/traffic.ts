/** A customer's request: what is ordered, and with which card. */
export interface Order {
  readonly items: readonly string[];
  readonly card: 'good' | 'declined';
}

const QUICK: Order = { items: ['A-17'], card: 'good' };
const LARGE: Order = { items: ['A-17', 'B-2', 'C-33'], card: 'good' };
const SLOW: Order = { items: ['A-17', 'FAR-4'], card: 'good' };
const DECLINED: Order = { items: ['B-2'], card: 'declined' };
const BROKEN: Order = { items: ['A-17', 'GONE-9'], card: 'good' };

/** One of ten is slow, two of ten fail, in an order that shows one of each soon. */
export const ORDERS: readonly Order[] = [
  LARGE,
  QUICK,
  QUICK,
  SLOW,
  QUICK,
  DECLINED,
  LARGE,
  QUICK,
  BROKEN,
  QUICK,
];

/** The n-th of an endless round. */
export function inTurn<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

/** For a single trace: two services, calls side by side, one of them slow. */
export const ONE_ORDER = SLOW;

/** @returns the status of the answer @throws when there is none */
export async function placeOrder(url: string, order: Order, signal: AbortSignal): Promise<number> {
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
    signal,
  });
  await response.arrayBuffer();
  return response.status;
}

/** Of the documentation; one of eight asks an archive that is not there. */
export const SEARCHES: readonly string[] = [
  '/search/how are secrets masked',
  '/search/spans lost at exit',
  '/search/sampling ratio in production',
  '/search/which Qdrant methods are traced',
  '/search/overhead of a span',
  '/archive/how are secrets masked',
  '/search/install the package',
  '/search/exporter queue is full',
];

/** @returns the status of the answer @throws when there is none */
export async function search(url: string, path: string, signal: AbortSignal): Promise<number> {
  const response = await fetch(url + encodeURI(path), { signal });
  await response.arrayBuffer();
  return response.status;
}

/** More than this under way means that the service hangs; more requests would only pile up. */
const MAX_UNDER_WAY = 20;

/**
 * Sends requests until the signal aborts, at a steady rate.
 *
 * @param send sends the n-th, from 0
 * @param perSecond requests a second
 * @returns resolves when the last one is answered or aborted
 */
export async function sendTraffic(
  send: (index: number) => Promise<unknown>,
  perSecond: number,
  signal: AbortSignal,
): Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  let next = 0;
  await new Promise<void>((resolve) => {
    const sendNext = (): void => {
      if (underWay.size >= MAX_UNDER_WAY) return;
      // A failed request is part of the show; that a service died is noticed by whoever started it.
      const request = send(next++).catch(() => {});
      underWay.add(request);
      void request.finally(() => underWay.delete(request));
    };
    const timer = setInterval(sendNext, 1000 / perSecond);
    const stop = (): void => {
      clearInterval(timer);
      resolve();
    };
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    sendNext();
  });
  await Promise.all(underWay);
}
