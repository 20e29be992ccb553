/** A signal to the whole process group reaches us once directly and once passed on by `npm start`. */
const SAME_SIGNAL_MILLIS = 500;

/** The first signal stops in order; a second one, half a second later or more, at once. */
export function stopOnSignals(stopping: AbortController): void {
  let stoppedAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stoppedAt === undefined) {
        stoppedAt = performance.now();
        stopping.abort(signal);
      } else if (performance.now() - stoppedAt > SAME_SIGNAL_MILLIS) {
        // The services end when they lose their connection to us.
        process.exit(130);
      }
    });
  }
  // `npm start` was killed. The channel to it must not keep us from ending.
  process.on('disconnect', () => stopping.abort('npm start has gone'));
  process.channel?.unref();
  // Whoever read our output (`npm start | head`) has gone.
  process.stdout.on('error', () => stopping.abort('nobody reads the output'));
}

/** @returns the exit code */
export function fail(reason: string): number {
  process.stderr.write(`npm start: ${reason}\n`);
  return 1;
}
