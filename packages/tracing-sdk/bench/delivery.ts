/** How much of what is produced arrives at a slow sink, and what memory does when there is none. */
import { runApp } from './child.ts';
import { startSink } from './loopback-sink.ts';
import { peerEnvironment, peerFile, peerFolder } from './peers.ts';
import { format, type Section, type Verdict } from './section.ts';
import { slope } from './statistics.ts';

type Side = 'uat' | 'sdk-trace';
const LABELS: Readonly<Record<Side, string>> = {
  uat: '@uat/tracing-sdk',
  'sdk-trace': 'sdk-trace + BatchSpanProcessor',
};
const SINK_DELAY_MILLIS = 50;

interface Delivery {
  readonly side: Side;
  readonly rate: number;
  readonly made: number;
  readonly madeRate: number;
  readonly arrived: number;
  readonly flushMillis: number;
  /** Share of one core. */
  readonly cpu: number;
  readonly peakRssMb: number;
  readonly stats: unknown;
}

interface Memory {
  readonly side: Side;
  readonly made: number;
  readonly peakRssMb: number;
  readonly lastRssMb: number;
  readonly lastHeapMb: number;
  /** MB a minute over the last half. */
  readonly rssSlope: number;
  readonly heapSlope: number;
  readonly stats: unknown;
}

async function deliver(side: Side, rate: number, seconds: number): Promise<Delivery> {
  const limitMillis = seconds * 1000 + 60_000;
  const sink = await startSink({ delayMillis: SINK_DELAY_MILLIS, core: 1, limitMillis });
  try {
    const report = await runApp(
      {
        args: [peerFile(side, 'produce.mjs')],
        cwd: peerFolder(side),
        core: 0,
        limitMillis,
        env: { ...peerEnvironment(side, sink.url), BENCH_RATE: String(rate), BENCH_SECONDS: String(seconds) },
      },
      'produced',
    );
    const made = report.made as number;
    const produceMillis = report.produceMillis as number;
    const { spans } = await sink.settle(made, 1000, 10_000);
    return {
      side,
      rate,
      made,
      madeRate: made / (produceMillis / 1000),
      arrived: spans,
      flushMillis: report.flushMillis as number,
      cpu: (report.cpuMillis as number) / produceMillis,
      peakRssMb: (report.peakRss as number) / 2 ** 20,
      stats: report.stats,
    };
  } finally {
    await sink.stop();
  }
}

async function withoutSink(side: Side, rate: number, seconds: number): Promise<Memory> {
  // A port that was just let go of: connections are refused.
  const gone = await startSink({ limitMillis: 10_000 });
  await gone.stop();
  const report = await runApp(
    {
      args: [peerFile(side, 'produce.mjs')],
      cwd: peerFolder(side),
      core: 0,
      limitMillis: seconds * 1000 + 60_000,
      env: {
        ...peerEnvironment(side, gone.url),
        BENCH_RATE: String(rate),
        BENCH_SECONDS: String(seconds),
        BENCH_SAMPLE_MILLIS: '500',
        BENCH_FLUSH: 'no',
      },
    },
    'produced',
  );
  const memory = report.memory as [elapsed: number, rss: number, heap: number, external: number][];
  const lastHalf = memory.slice(memory.length >> 1);
  const perMinute = (column: 1 | 2) =>
    slope(lastHalf.map((sample) => [sample[0] / 60_000, sample[column] / 2 ** 20] as const));
  const last = memory.at(-1)!;
  return {
    side,
    made: report.made as number,
    peakRssMb: (report.peakRss as number) / 2 ** 20,
    lastRssMb: last[1] / 2 ** 20,
    lastHeapMb: last[2] / 2 ** 20,
    rssSlope: perMinute(1),
    heapSlope: perMinute(2),
    stats: report.stats,
  };
}

export const delivery: Section = {
  name: 'delivery',
  title: `Delivery to a sink that answers after ${SINK_DELAY_MILLIS} ms; memory without a sink`,
  peers: ['uat', 'sdk-trace'],
  async run(bench) {
    const { quick, full } = bench.options;
    const seconds = quick ? 4 : 20;
    const memorySeconds = full ? 300 : quick ? 20 : 60;
    const sides = bench.peers(this.peers) as Side[];

    const deliveries: Delivery[] = [];
    for (const rate of [20_000, 50_000]) {
      for (const side of sides) {
        bench.progress(`delivery: ${side} at ${format(rate)} spans/s for ${seconds} s`);
        deliveries.push(await deliver(side, rate, seconds));
      }
    }
    const memories: Memory[] = [];
    for (const side of sides) {
      bench.progress(`delivery: ${side} without a sink for ${memorySeconds} s`);
      memories.push(await withoutSink(side, 20_000, memorySeconds));
    }

    const verdicts: Verdict[] = [];
    for (const one of deliveries.filter(({ side }) => side === 'uat')) {
      verdicts.push({
        goal: `every span delivered at ${format(one.rate)} spans/s`,
        measured: `${format(one.arrived)} of ${format(one.made)}`,
        met: one.arrived === one.made,
      });
      // A producer that cannot hold the rate proves nothing about it.
      verdicts.push({
        goal: `the rate of ${format(one.rate)} spans/s held (95 %)`,
        measured: `${format(one.madeRate)}/s`,
        met: one.madeRate >= 0.95 * one.rate,
      });
    }
    const ourMemory = memories.find(({ side }) => side === 'uat');
    if (ourMemory) {
      const { peakRssMb, heapSlope, rssSlope } = ourMemory;
      // A minute is short for a slope: garbage collection alone moves RSS by tens of MB between two samples.
      verdicts.push({
        goal: 'memory bounded without a sink: RSS under 400 MB, last half grows by less than 10 MB a minute',
        measured: `peak ${format(peakRssMb)} MB; RSS ${format(rssSlope)}, heap ${format(heapSlope)} MB a minute`,
        met: peakRssMb < 400 && rssSlope < 10,
      });
    }
    return {
      tables: [
        {
          title: `Produced steadily for ${seconds} s, ten attributes a span, defaults on both sides`,
          columns: ['', 'spans/s asked', 'made', 'arrived', 'share', 'core', 'peak RSS MB', 'last flush ms'],
          rows: deliveries.map((one) => [
            LABELS[one.side],
            format(one.rate),
            format(one.made),
            format(one.arrived),
            `${((one.arrived / one.made) * 100).toFixed(2)} %`,
            `${Math.round(one.cpu * 100)} %`,
            format(one.peakRssMb),
            format(one.flushMillis),
          ]),
        },
        {
          title: `No sink (connection refused), 20,000 spans/s for ${memorySeconds} s`,
          columns: ['', 'made', 'peak RSS MB', 'last RSS MB', 'last heap MB', 'RSS MB/min', 'heap MB/min'],
          rows: memories.map((one) => [
            LABELS[one.side],
            format(one.made),
            format(one.peakRssMb),
            format(one.lastRssMb),
            format(one.lastHeapMb),
            format(one.rssSlope),
            format(one.heapSlope),
          ]),
        },
      ],
      verdicts,
      notes: [
        'The slopes are least squares over the last half. `--full` takes 5 minutes in place of 1.',
        'The sink counts spans by walking the protobuf messages, so a span counts when it has arrived whole.',
      ],
      figures: { deliveries, memories },
    };
  },
};
