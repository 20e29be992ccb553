/** The receiving process, seen from the runner. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SinkCount } from './apps/sink.ts';
import { type App, appPath, startApp } from './child.ts';

export interface LoopbackSink {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  count(): Promise<SinkCount>;
  /**
   * Waits until `expected` spans have come, or none has come for `quietMillis`; both bounded by `limitMillis`.
   */
  settle(expected: number, quietMillis: number, limitMillis: number): Promise<SinkCount>;
  stop(): Promise<void>;
}

export async function startSink({
  delayMillis = 0,
  core,
  limitMillis,
}: {
  delayMillis?: number;
  core?: number;
  limitMillis: number;
}): Promise<LoopbackSink> {
  const app: App = startApp({
    args: [appPath('sink.ts')],
    env: { BENCH_SINK_DELAY: String(delayMillis) },
    ipc: true,
    limitMillis,
    ...(core === undefined ? {} : { core }),
  });
  const { port } = await app.message<{ port: number }>();
  const count = () => app.message<SinkCount>('count');
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    count,
    async settle(expected, quietMillis, limitMillis) {
      const start = performance.now();
      let last = await count();
      let lastChange = start;
      for (;;) {
        const time = performance.now();
        if (last.spans >= expected || time - lastChange >= quietMillis || time - start >= limitMillis)
          return last;
        await sleep(100);
        const next = await count();
        if (next.spans !== last.spans) lastChange = performance.now();
        last = next;
      }
    },
    stop: () => app.stop(),
  };
}
