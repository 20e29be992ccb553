import { type ChannelListener, channel } from 'node:diagnostics_channel';
import { diag } from '@opentelemetry/api';

/** An instrumentation of ours on Node's diagnostics channels: nothing is patched, so it can never come too late. */
export interface BuiltInInstrumentation {
  /** For people and for OTEL_NODE_DISABLED_INSTRUMENTATIONS. */
  readonly name: string;
  /** A second call does nothing. */
  enable(): void;
  /** Spans under way still end. A second call does nothing. */
  disable(): void;
}

/** Takes what a listener of ours has thrown. */
export type FailureReport = (where: string, error: unknown) => void;

/** Says the first failure to the diagnostics logger and swallows the others: a bug of ours repeats with every request. */
export function createFailureReport(name: string): FailureReport {
  let reported = false;
  return (where, error) => {
    if (reported) return;
    reported = true;
    diag.error(`The ${name} instrumentation failed on ${where}; the app is not affected.`, error);
  };
}

/**
 * @param listeners a channel's name and what to do with its messages. What a listener throws goes to `report` and never
 *   reaches the app: Node would make an uncaught exception of it.
 */
export function onChannels(
  name: string,
  report: FailureReport,
  listeners: Readonly<Record<string, (message: never) => void>>,
): BuiltInInstrumentation {
  const guarded = Object.entries(listeners).map(([channelName, listener]): [string, ChannelListener] => [
    channelName,
    (message) => {
      try {
        listener(message as never);
      } catch (error) {
        report(channelName, error);
      }
    },
  ]);
  let enabled = false;
  return {
    name,
    enable() {
      if (enabled) return;
      enabled = true;
      for (const [channelName, listener] of guarded) channel(channelName).subscribe(listener);
    },
    disable() {
      if (!enabled) return;
      enabled = false;
      for (const [channelName, listener] of guarded) channel(channelName).unsubscribe(listener);
    },
  };
}
