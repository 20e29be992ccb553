import { isMainThread } from 'node:worker_threads';
import { passiveListenerCount } from './passive-listeners.ts';

/** Signals that end a process by default and leave it time. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** A process that is ending does not wait for a backend that is not there. */
const AT_EXIT = Object.freeze({ giveUpUnreachable: true });

export interface ExitWork {
  /** Nothing is left to deliver. */
  readonly idle: boolean;
  /** Delivers with the event loop, at most this long. Never rejects; false where it gave up. */
  flush(timeoutMillis: number, options: { giveUpUnreachable: boolean }): Promise<boolean>;
  /** Delivers without an event loop, at most this long. Never throws. */
  flushAtExit(timeoutMillis: number): void;
}

/**
 * Delivers what is left whenever the process ends, within one deadline, and changes nothing about how it ends.
 *
 * - Natural end: `beforeExit`, with the event loop.
 * - SIGTERM, SIGINT: flush, then the same signal again without our listener, so that the process dies of it as it
 *   would have. When the app listens itself, the app decides; we only start sending.
 * - `process.exit()`, uncaught error: `exit`, synchronously.
 *
 * @param timeoutMillis the deadline, counted from the first of these events.
 * @returns removes every listener.
 */
export function installExitHandlers(work: ExitWork, timeoutMillis: number): () => void {
  let deadline: number | undefined;
  /** The flush at the end, whatever has asked for it first. */
  let lastFlush: Promise<void> | undefined;
  const remaining = (): number => {
    deadline ??= performance.now() + timeoutMillis;
    return Math.max(0, deadline - performance.now());
  };

  const flushOnce = (): Promise<void> => {
    lastFlush ??= work.flush(remaining(), AT_EXIT).then((delivered) => {
      if (!delivered) {
        // Nobody listens there, or no time is left: nothing further is tried.
        deadline = performance.now();
      } else if (work.idle) {
        // Should the process go on after all, its real end has a deadline of its own.
        deadline = undefined;
        lastFlush = undefined;
      }
    });
    return lastFlush;
  };

  const onBeforeExit = (): void => {
    // Emitted again after the flush, since that was work; by then there is nothing left or no time.
    if (!work.idle && remaining() > 0) void flushOnce();
  };

  const onExit = (): void => {
    if (!work.idle) work.flushAtExit(remaining());
  };

  /** A listener of the app's that calls `process.exit()` again keeps the ones behind it from running. */
  const onExitFirst = (): void => onExit();

  const onSignal = (signal: NodeJS.Signals): void => {
    const others = process.listenerCount(signal) - 1 - passiveListenerCount(signal);
    if (others > 0) {
      // The app's own handler is in charge, and may be closing servers that still make spans.
      void work.flush(timeoutMillis, AT_EXIT);
      return;
    }
    // A second signal within the deadline changes nothing: npm and container runtimes forward the terminal's, so that
    // many processes get each one twice.
    if (raising) return;
    raising = true;
    void flushOnce().then(() => raise(signal));
  };

  let raising = false;
  const raise = (signal: NodeJS.Signals): void => {
    remove();
    // Spans that ended while the others were on their way: a busy server goes on serving until this moment.
    if (!work.idle) work.flushAtExit(remaining());
    process.kill(process.pid, signal);
  };

  /**
   * Ours stays the last `exit` listener, so that spans which another one ends are not missed. (One that is added in the
   * very turn in which the process exits comes after ours.)
   */
  const onNewListener = (event: string | symbol, listener: unknown): void => {
    if (event !== 'exit' || listener === onExit || listener === onExitFirst) return;
    queueMicrotask(() => {
      if (!process.listeners('exit').includes(onExit)) return;
      process.removeListener('exit', onExit);
      process.on('exit', onExit);
    });
  };

  const remove = (): void => {
    process.removeListener('newListener', onNewListener);
    process.removeListener('beforeExit', onBeforeExit);
    process.removeListener('exit', onExitFirst);
    process.removeListener('exit', onExit);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };

  process.on('beforeExit', onBeforeExit);
  process.prependListener('exit', onExitFirst);
  process.on('exit', onExit);
  process.on('newListener', onNewListener);
  // Signals reach the main thread only.
  if (isMainThread) {
    // First in line: a `once` listener of the app's takes itself away before the ones behind it could see it.
    for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  }
  return remove;
}
