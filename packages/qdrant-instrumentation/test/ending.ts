/** How a call has ended, and with what: a value or an error, at once or by its promise. */
export interface Ending {
  readonly ended: 'returned' | 'thrown' | 'resolved' | 'rejected';
  readonly value: unknown;
}

export async function endingOf(call: () => unknown): Promise<Ending> {
  let returned: unknown;
  try {
    returned = call();
  } catch (error) {
    return { ended: 'thrown', value: error };
  }
  if (!(returned instanceof Promise)) return { ended: 'returned', value: returned };
  return returned.then(
    (value) => ({ ended: 'resolved', value }),
    (error: unknown) => ({ ended: 'rejected', value: error }),
  );
}
