/** Starts BENCH_SPANS root traces under `production`; counts the kept ones, and what `ot=th` says they stand for. */
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { initTracing } from '@uat/tracing-sdk';

/** 2^56: thresholds are 14 hexadecimal digits, trailing zeros left out. */
const WHOLE = 2 ** 56;

let kept = 0;
let weighted = 0;
let withoutThreshold = 0;
const tracing = initTracing('bench', {
  preset: 'production',
  exporter: {
    export(spans, done) {
      for (const span of spans) {
        kept++;
        const threshold = /(?:^|;)th:([0-9a-f]{1,14})(?:;|$)/.exec(
          span.spanContext().traceState?.get('ot') ?? '',
        )?.[1];
        if (threshold === undefined) withoutThreshold++;
        else weighted += WHOLE / (WHOLE - Number.parseInt(threshold.padEnd(14, '0'), 16));
      }
      done({ code: 0 });
    },
    shutdown: async () => {},
  },
});

const count = Number(process.env.BENCH_SPANS);
for (let made = 0; made < count; made++) {
  tracing.tracer.startSpan('root', { root: true }).end();
  if (made % 256 === 255) await nextTurn();
}
await tracing.flush();
writeSync(1, `${JSON.stringify({ bench: 'sampled', made: count, kept, weighted, withoutThreshold })}\n`);
process.exit(0);
