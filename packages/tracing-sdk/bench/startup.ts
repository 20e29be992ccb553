/** Import + init to ready, in a fresh process each time, HTTP and fetch instrumentation included. */
import { pathToFileURL } from 'node:url';
import { appPath, runApp } from './child.ts';
import { interleave } from './interleave.ts';
import type { PeerName } from './options.ts';
import { peerEnvironment, peerFile, peerFileUrl, peerFolder, peerLabel, preloadArgs } from './peers.ts';
import { atMost, format, type Section } from './section.ts';
import { type Summary, summarize } from './statistics.ts';

interface Candidate {
  readonly label: string;
  readonly peer: PeerName | undefined;
  /** Module of the peer's folder that the app imports; without one, the peer is preloaded. */
  readonly init?: string;
  /** Does less than is asked for, or more: shown, not judged. */
  readonly partial?: boolean;
}

/** Nothing is sent: port 9 (discard) of the loopback is as good as any. */
const NOWHERE = 'http://127.0.0.1:9';

function candidates(peers: readonly PeerName[]): Candidate[] {
  const all: Candidate[] = [{ label: 'nothing (Node alone)', peer: undefined }];
  for (const peer of peers) {
    const label = peerLabel(peer);
    if (peer === 'uat') {
      all.push({ label: `${label}, initTracing()`, peer, init: 'init.mjs' });
      all.push({ label: `${label}, --import …/register`, peer });
      all.push({ label: `${label}, metrics on`, peer, init: 'init-metrics.mjs', partial: true });
    } else if (peer === 'auto-instrumentations-node' || peer === 'elastic') {
      all.push({ label: `${label}, --import`, peer });
    } else {
      all.push({ label, peer, init: 'init.mjs' });
    }
    if (peer === 'vercel-otel')
      all.push({ label: `${label}, fetch only`, peer, init: 'init-fetch-only.mjs', partial: true });
  }
  return all;
}

async function measure({ peer, init }: Candidate) {
  // Preloads and `init` alike are timed from before the import until the app's own first line runs.
  const preload = peer !== undefined && init === undefined ? preloadArgs(peer) : [];
  const report = await runApp(
    {
      args: [
        '--import',
        pathToFileURL(appPath('mark-start.mjs')).href,
        ...preload,
        peer === 'uat' ? peerFile(peer, 'startup-app.mjs') : appPath('startup-app.mjs'),
        ...(peer !== undefined && init !== undefined ? [peerFileUrl(peer, init)] : []),
      ],
      ...(peer === undefined ? {} : { cwd: peerFolder(peer) }),
      env: peer === undefined ? {} : peerEnvironment(peer, NOWHERE),
      limitMillis: 30_000,
    },
    'ready',
  );
  return { ready: report.readyMillis as number, wall: report.wallMillis, rss: report.rss as number };
}

export const startup: Section = {
  name: 'startup',
  title: 'Start: import + init to ready',
  peers: ['uat', 'sdk-node', 'auto-instrumentations-node', 'vercel-otel', 'dd-trace', 'sentry', 'elastic'],
  async run(bench) {
    const rounds = bench.options.quick ? 5 : 15;
    const subjects = candidates(bench.peers(this.peers));
    // One run each to warm the file cache.
    await interleave(1, subjects, measure);
    const samples = await interleave(rounds, subjects, (subject, round) => {
      if (subject === subjects[0]) bench.progress(`startup: round ${round + 1} of ${rounds}`);
      return measure(subject);
    });
    const ready = new Map<Candidate, Summary>();
    const wall = new Map<Candidate, Summary>();
    const rss = new Map<Candidate, Summary>();
    for (const [subject, taken] of samples) {
      ready.set(subject, summarize(taken.map((sample) => sample.ready)));
      wall.set(subject, summarize(taken.map((sample) => sample.wall)));
      rss.set(subject, summarize(taken.map((sample) => sample.rss / 2 ** 20)));
    }
    const ours = subjects.filter(({ peer, partial }) => peer === 'uat' && !partial);
    const slowestOfOurs =
      ours.length > 0 ? Math.max(...ours.map((one) => ready.get(one)!.median)) : undefined;
    const sdkNode = subjects.find(({ peer }) => peer === 'sdk-node');
    const others = subjects.filter(({ peer, partial }) => peer !== undefined && peer !== 'uat' && !partial);
    const fastestOther = others.toSorted((a, b) => ready.get(a)!.median - ready.get(b)!.median)[0];
    const bareWall = wall.get(subjects[0]!)!.median;

    return {
      tables: [
        {
          title: `ms, median of ${rounds} processes (ready: from before the import until init has returned)`,
          columns: ['', 'ready', 'min', 'max', 'to ours', 'process', 'over Node', 'RSS MB'],
          rows: subjects.map((subject) => {
            const { median, min, max } = ready.get(subject)!;
            return [
              subject.label,
              format(median),
              format(min),
              format(max),
              slowestOfOurs === undefined || subject.peer === undefined
                ? '-'
                : `${format(median / slowestOfOurs)} x`,
              format(wall.get(subject)!.median),
              format(wall.get(subject)!.median - bareWall),
              format(rss.get(subject)!.median),
            ];
          }),
        },
      ],
      verdicts:
        slowestOfOurs === undefined
          ? []
          : [
              ...ours.flatMap((one) =>
                atMost(
                  `${one.label}: at most 0.3 of sdk-node's time to ready`,
                  sdkNode && ready.get(one)!.median / ready.get(sdkNode)!.median,
                  0.3,
                  ' x',
                ),
              ),
              ...(fastestOther
                ? [
                    {
                      goal: 'below every other peer',
                      measured: `${format(slowestOfOurs)} ms, the fastest other ${format(ready.get(fastestOther)!.median)} ms (${fastestOther.label})`,
                      met: slowestOfOurs < ready.get(fastestOther)!.median,
                    },
                  ]
                : []),
            ],
      notes: [
        'ESM apps. Ours to compare with is the slower of its two ways. Metrics, logs, cloud detectors and telemetry of the peers are off; their ESM loader hooks, which cost more, are left out where init is called in code. No compile cache.',
      ],
      figures: Object.fromEntries(subjects.map((s) => [s.label, { ready: ready.get(s), wall: wall.get(s) }])),
    };
  },
};
