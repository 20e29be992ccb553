/** What the `signal-exit` package (every version in use: 3, 4) leaves on the process. */
interface SignalExitEmitter {
  readonly count?: number;
}

/**
 * Listeners of the signal that do not mean the app handles it: `signal-exit`, part of many command line libraries,
 * listens to every signal and lets the process die unless somebody else listens too. It and we would otherwise each
 * take the other for the app, and the process would never end.
 */
export function passiveListenerCount(signal: NodeJS.Signals): number {
  const version4 = (globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')];
  const version3 = (process as unknown as Record<string, unknown>).__signal_exit_emitter__;
  let count = 0;
  for (const emitter of [version4, version3]) {
    if (typeof emitter === 'object' && emitter !== null) count += (emitter as SignalExitEmitter).count ?? 0;
  }
  return Math.min(count, process.listenerCount(signal) - 1);
}
