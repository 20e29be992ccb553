import { types } from 'node:util';

/**
 * Learns how a promise ends that is about to be given to the app.
 *
 * Another promise takes its place. To watch the promise itself would count as handling its rejection, and an app that
 * forgot to would never hear of it (`unhandledRejection`).
 *
 * @param returned anything else than a promise is given back as it is, and taken for a success.
 */
export function watch(
  returned: unknown,
  onFulfilled: (value: unknown) => void,
  onRejected: (reason: unknown) => void,
): unknown {
  if (!types.isPromise(returned)) {
    onFulfilled(undefined);
    return returned;
  }
  return returned.then(
    (value) => {
      onFulfilled(value);
      return value;
    },
    (reason) => {
      onRejected(reason);
      throw reason;
    },
  );
}
