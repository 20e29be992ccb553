/** What is lost when a process ends right after its spans, how long the end takes, and whether it ends the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { now, type Report, startApp } from './child.ts';
import { interleave } from './interleave.ts';
import { startSink } from './loopback-sink.ts';
import type { PeerName } from './options.ts';
import { peerEnvironment, peerFile, peerFolder, peerLabel } from './peers.ts';
import { format, type Section, type Verdict } from './section.ts';
import { summarize } from './statistics.ts';

const WAYS = ['natural end', 'SIGTERM', 'SIGINT', 'process.exit()', 'uncaught error'] as const;
type Way = (typeof WAYS)[number];
type Format = 'ESM' | 'CommonJS';
const SPANS = 1000;
/** At different distances from the last export, whatever the batch delay; fewer spans than fill a batch early. */
const KILL_MOMENTS = [3700, 2300, 4600];
/** Longer than any deadline of ours; who is still there then stays. */
const PATIENCE_MILLIS = 5000;

interface Case {
  readonly way: Way;
  readonly format: Format;
  readonly peer: PeerName;
  readonly traced: boolean;
}

interface Sample {
  readonly lost: number;
  /** `code 0`, `SIGTERM`, or `still alive`. */
  readonly ending: string;
  readonly millis: number;
}

function exitApp(peer: PeerName, format: Format, env: Record<string, string>, limitMillis: number) {
  const file = peerFile(peer, format === 'ESM' ? 'exit.mjs' : 'exit.cjs');
  return startApp({ args: [file], cwd: peerFolder(peer), env, limitMillis });
}

async function measure({ way, format, peer, traced }: Case): Promise<Sample> {
  const sink = await startSink({ limitMillis: 60_000 });
  try {
    const app = exitApp(
      peer,
      format,
      {
        ...peerEnvironment(peer, sink.url),
        BENCH_EXIT_WAY: way,
        BENCH_SPANS: String(SPANS),
        ...(traced ? {} : { BENCH_TRACING: 'off' }),
      },
      30_000,
    );
    let start = (await app.report('ended')).at as number;
    if (way === 'SIGTERM' || way === 'SIGINT') {
      start = now();
      app.process.kill(way);
    }
    const ending = await Promise.race([app.ended, sleep(PATIENCE_MILLIS, undefined, { ref: false })]);
    await app.stop();
    const { spans } = await sink.settle(traced ? SPANS : 0, 400, 3000);
    return {
      lost: SPANS - spans,
      ending: ending === undefined ? 'still alive' : (ending.signal ?? `code ${ending.code}`),
      millis: ending === undefined ? Number.NaN : ending.at - start,
    };
  } finally {
    await sink.stop();
  }
}

interface KillSample {
  readonly ended: number;
  readonly lost: number;
  /** What the lost spans amount to at the rate they were made. */
  readonly lostMillis: number;
}

async function killWithoutNotice(peer: PeerName, format: Format, afterMillis: number): Promise<KillSample> {
  const sink = await startSink({ limitMillis: 60_000 });
  try {
    const app = exitApp(
      peer,
      format,
      { ...peerEnvironment(peer, sink.url), BENCH_EXIT_WAY: 'SIGKILL' },
      30_000,
    );
    const first = await app.report('ended');
    await sleep(afterMillis);
    app.process.kill('SIGKILL');
    await app.ended;
    const last: Report = app.reports.at(-1)!;
    const ended = last.ended as number;
    const millis = (last.at as number) - (first.at as number);
    const { spans } = await sink.settle(ended, 400, 2000);
    return { ended, lost: ended - spans, lostMillis: ((ended - spans) / ended) * millis };
  } finally {
    await sink.stop();
  }
}

export const exit: Section = {
  name: 'exit',
  title: `Exit: ${SPANS.toLocaleString('en-US')} spans ended just before`,
  peers: ['uat', 'sdk-node', 'auto-instrumentations-node'],
  async run(bench) {
    const rounds = bench.options.quick ? 1 : 3;
    const peers = bench.peers(this.peers);
    const reference = peers[0] ?? 'uat';
    const cases: Case[] = [];
    for (const way of WAYS) {
      for (const format of ['ESM', 'CommonJS'] as const) {
        cases.push({ way, format, peer: reference, traced: false });
        for (const peer of peers) cases.push({ way, format, peer, traced: true });
      }
    }
    const samples = await interleave(rounds, cases, (one, round) => {
      if (one.peer === reference && !one.traced && one.format === 'ESM')
        bench.progress(`exit: round ${round + 1} of ${rounds}, ${one.way}`);
      return measure(one);
    });

    const verdicts: Verdict[] = [];
    const rows: string[][] = [];
    let worstLoss = 0;
    const changed: string[] = [];
    for (const way of WAYS) {
      for (const format_ of ['ESM', 'CommonJS'] as const) {
        const of = (peer: PeerName, traced: boolean) =>
          samples.get(
            cases.find(
              (one) =>
                one.way === way && one.format === format_ && one.peer === peer && one.traced === traced,
            )!,
          )!;
        const bare = of(reference, false);
        const bareEnding = bare[0]!.ending;
        const bareMillis = summarize(bare.map(({ millis }) => millis)).median;
        rows.push([`${way}, ${format_}`, 'no tracing', '-', bareEnding, format(bareMillis), '-']);
        for (const peer of peers) {
          const taken = of(peer, true);
          const lost = Math.max(...taken.map((sample) => sample.lost));
          const endings = [...new Set(taken.map(({ ending }) => ending))];
          const millis = summarize(taken.map((sample) => sample.millis)).median;
          const same = endings.every((ending) => ending === bareEnding);
          rows.push([
            '',
            peerLabel(peer),
            format(lost),
            `${endings.join(' / ')}${same ? '' : ' (changed)'}`,
            format(millis),
            format(millis - bareMillis),
          ]);
          if (peer === 'uat') {
            worstLoss = Math.max(worstLoss, lost);
            if (!same) changed.push(`${way}, ${format_}: ${endings.join(' / ')} in place of ${bareEnding}`);
          }
        }
      }
    }

    const moments = bench.options.quick ? KILL_MOMENTS.slice(0, 1) : KILL_MOMENTS;
    const kills = new Map<string, KillSample>();
    for (const peer of peers) {
      for (const format_ of peer === 'uat' ? (['ESM', 'CommonJS'] as const) : (['ESM'] as const)) {
        bench.progress(`exit: SIGKILL, ${peer}, ${format_}`);
        const taken: KillSample[] = [];
        for (const after of moments) taken.push(await killWithoutNotice(peer, format_, after));
        kills.set(`${peerLabel(peer)}, ${format_}`, taken.toSorted((a, b) => b.lost - a.lost)[0]!);
      }
    }
    if (peers.includes('uat')) {
      verdicts.push({
        goal: 'no span lost in five ways × ESM, CommonJS',
        measured: `at most ${worstLoss} lost`,
        met: worstLoss === 0,
      });
      verdicts.push({
        goal: 'exit code or signal as without tracing',
        measured: changed.length === 0 ? 'the same in all' : changed.join('; '),
        met: changed.length === 0,
      });
      const worstKill = Math.max(
        ...[...kills].filter(([label]) => label.startsWith('@uat')).map(([, k]) => k.lostMillis),
      );
      // A batch that is just on its way counts as well, hence the allowance of 100 ms.
      verdicts.push({
        goal: 'SIGKILL: at most one batch delay (1,000 ms) of spans lost',
        measured: `${format(worstKill)} ms`,
        met: worstKill <= 1100,
      });
    }
    return {
      tables: [
        {
          title: `Worst loss and median time of ${rounds} processes a line`,
          columns: ['how it ends', 'with', 'lost', 'ends with', 'ms', 'added ms'],
          rows,
        },
        {
          title: `SIGKILL at 100 spans/s, the worst of ${moments.length}, after ${moments.join(', ')} ms`,
          columns: ['', 'ended', 'lost', 'lost, in ms of work'],
          rows: [...kills].map(([label, { ended, lost, lostMillis }]) => [
            label,
            format(ended),
            format(lost),
            format(lostMillis),
          ]),
        },
      ],
      verdicts,
      notes: [
        `Every peer as its own documentation starts it, without shutdown code of the app's. "still alive": it had not ended ${PATIENCE_MILLIS / 1000} s later and was killed.`,
      ],
      figures: {
        cases: cases.map((one) => ({ ...one, samples: samples.get(one) })),
        kills: Object.fromEntries(kills),
      },
    };
  },
};
