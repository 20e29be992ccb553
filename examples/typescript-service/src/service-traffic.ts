import { inTurn, ORDERS, placeOrder, SEARCHES, search, sendTraffic } from './traffic.ts';
import { untraced } from './untraced.ts';

/** A request that takes longer is given up. */
const REQUEST_TIMEOUT_MILLIS = 8_000;

/**
 * Orders and searches in turn, to a service that runs in this very process: as if from outside, so without spans of their
 * own. When the signal aborts, the ones under way still get their answer.
 *
 * @param perSecond above 0
 * @returns resolves when the last one is answered
 */
export function sendServiceTraffic(url: string, perSecond: number, signal: AbortSignal): Promise<void> {
  return untraced(() =>
    sendTraffic(
      (n) => {
        const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MILLIS);
        const turn = Math.floor(n / 2);
        return n % 2 === 0
          ? placeOrder(url, inTurn(ORDERS, turn), timeout)
          : search(url, inTurn(SEARCHES, turn), timeout);
      },
      perSecond,
      signal,
    ),
  );
}
