import { type ChannelListener, channel } from 'node:diagnostics_channel';
import { diag } from '@opentelemetry/api';

/** An instrumentation of ours on Node's diagnostics channels: nothing is patched, so it can never come too late. */
export interface BuiltInInstrumentation {
  /** For people and for OTEL_NODE_DISABLED_INSTRUMENTATIONS. */
  readonly name: string;
  enable(): void;
  disable(): void;
}

/**
 * @param listeners a channel's name and what to do with its messages. A listener that throws is reported once and never
 *   reaches the app: Node would make an uncaught exception of it.
 */
export function onChannels(
  name: string,
  listeners: Readonly<Record<string, (message: never) => void>>,
): BuiltInInstrumentation {
  let reported = false;
  const guarded = Object.entries(listeners).map(([channelName, listener]): [string, ChannelListener] => [
    channelName,
    (message) => {
      try {
        listener(message as never);
      } catch (error) {
        if (reported) return;
        reported = true;
        diag.error(`The ${name} instrumentation failed on ${channelName}; the app is not affected.`, error);
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
