/** CPU that tracing adds to each request of a bare `node:http` server on one core, every request traced. */
import { type App, appPath, canPin, startApp } from './child.ts';
import { interleave } from './interleave.ts';
import { startSink } from './loopback-sink.ts';
import type { PeerName } from './options.ts';
import { peerEnvironment, peerFile, peerFolder, peerLabel, preloadArgs } from './peers.ts';
import { format, type Section, type Verdict } from './section.ts';
import { summarize } from './statistics.ts';

const CONNECTIONS = 20;
const SERVER_CORE = 0;
const OTHER_CORE = 1;
const AIM_MICROS = 14;

type Subject = PeerName | 'bare';

interface Usage {
  readonly cpuMicros: number;
  readonly requests: number;
  readonly rss: number;
  readonly heapUsed: number;
}

interface Sample {
  readonly cpuMicrosPerRequest: number;
  readonly requestsPerSecond: number;
  readonly rssMb: number;
  /** Of all requests, warm-up included. */
  readonly requests: number;
  readonly arrived: number;
}

async function measure(subject: Subject, seconds: number, warmUpSeconds: number): Promise<Sample> {
  const limitMillis = (seconds + warmUpSeconds) * 1000 + 60_000;
  const sink = await startSink({ core: OTHER_CORE, limitMillis });
  const apps: App[] = [];
  try {
    const app = subject === 'uat' ? peerFile(subject, 'http-server-app.cjs') : appPath('http-server-app.cjs');
    const server = startApp({
      args: [...(subject === 'bare' ? [] : preloadArgs(subject)), app],
      ...(subject === 'bare' ? {} : { cwd: peerFolder(subject) }),
      env: subject === 'bare' ? {} : peerEnvironment(subject, sink.url),
      core: SERVER_CORE,
      ipc: true,
      limitMillis,
    });
    apps.push(server);
    const { port } = await server.message<{ port: number }>();
    const load = startApp({
      args: [appPath('load-generator.ts'), String(port), String(CONNECTIONS)],
      core: OTHER_CORE,
      ipc: true,
      limitMillis,
    });
    apps.push(load);
    await load.message();
    await load.message({ seconds: warmUpSeconds });

    const before = await server.message<Usage>('usage');
    const start = performance.now();
    const { requests, failed } = await load.message<{ requests: number; failed: number }>({ seconds });
    const elapsed = (performance.now() - start) / 1000;
    if (failed > 0) throw new Error(`${failed} of ${requests} requests to the server with ${subject} failed`);
    const atEnd = await server.message<Usage>('usage');
    // What is still queued is paid for as well. Six seconds: longer than the longest batch delay (5 s).
    const { spans } =
      subject === 'bare' ? await sink.count() : await sink.settle(atEnd.requests, 6000, 20_000);
    const after = await server.message<Usage>('usage');
    return {
      cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / (after.requests - before.requests),
      requestsPerSecond: requests / elapsed,
      rssMb: atEnd.rss / 2 ** 20,
      requests: atEnd.requests,
      arrived: spans,
    };
  } finally {
    for (const app of apps.toReversed()) await app.stop();
    await sink.stop();
  }
}

export const httpServer: Section = {
  name: 'http-server',
  title: 'HTTP server: CPU added to a request',
  peers: ['uat', 'sdk-node', 'dd-trace', 'elastic', 'sentry', 'auto-instrumentations-node', 'vercel-otel'],
  async run(bench) {
    const { quick, peers: asked } = bench.options;
    const rounds = 3;
    const seconds = quick ? 2 : 8;
    const warmUpSeconds = quick ? 1 : 3;
    const peers = bench
      .peers(this.peers)
      // The last two only when they are asked for: the first is sdk-node again, the second is made for edge functions.
      .filter(
        (peer) => asked !== undefined || (peer !== 'auto-instrumentations-node' && peer !== 'vercel-otel'),
      );
    const subjects: Subject[] = ['bare', ...peers];
    const samples = await interleave(rounds, subjects, (subject, round) => {
      bench.progress(`http-server: round ${round + 1} of ${rounds}, ${subject}`);
      return measure(subject, seconds, warmUpSeconds);
    });
    const bare = samples.get('bare')!;
    const added = (subject: Subject) =>
      summarize(
        samples.get(subject)!.map((one, round) => one.cpuMicrosPerRequest - bare[round]!.cpuMicrosPerRequest),
      );
    const lost = (subject: Subject) =>
      Math.max(...samples.get(subject)!.map(({ requests, arrived }) => 1 - arrived / requests));
    const ours = peers.includes('uat') ? added('uat').median : undefined;
    const others = peers.filter((peer) => peer !== 'uat');
    const nearest = others.toSorted((a, b) => added(a).median - added(b).median)[0];

    const verdicts: Verdict[] = [];
    if (ours !== undefined) {
      if (nearest)
        verdicts.push({
          goal: 'CPU added a request below every other',
          measured: `+${format(ours)} µs, the nearest +${format(added(nearest).median)} µs (${nearest})`,
          met: ours < added(nearest).median,
        });
      verdicts.push({
        goal: 'every span delivered',
        measured: samples
          .get('uat')!
          .map(({ arrived, requests }) => `${format(arrived)}/${format(requests)}`)
          .join(', '),
        met: samples.get('uat')!.every(({ arrived, requests }) => arrived === requests),
      });
      verdicts.push({
        goal: `aim: at most +${AIM_MICROS} µs`,
        measured: `+${format(ours)} µs`,
        met: ours <= AIM_MICROS,
      });
    }
    return {
      tables: [
        {
          title: `µs of CPU a request, median of ${rounds} rounds of ${seconds} s, ${CONNECTIONS} keep-alive connections`,
          columns: ['', 'CPU', 'added', 'min', 'max', 'to ours', 'requests/s', 'RSS MB', 'delivered (worst)'],
          rows: subjects.map((subject) => {
            const taken = samples.get(subject)!;
            const over = added(subject);
            const bareRow = subject === 'bare';
            return [
              bareRow ? 'bare node:http' : peerLabel(subject),
              format(summarize(taken.map((one) => one.cpuMicrosPerRequest)).median),
              bareRow ? '-' : `+${format(over.median)}`,
              bareRow ? '-' : format(over.min),
              bareRow ? '-' : format(over.max),
              bareRow || ours === undefined ? '-' : `${format(over.median / ours)} x`,
              format(summarize(taken.map((one) => one.requestsPerSecond)).median),
              format(summarize(taken.map((one) => one.rssMb)).median),
              bareRow ? '-' : `${((1 - lost(subject)) * 100).toFixed(2)} %`,
            ];
          }),
        },
      ],
      verdicts,
      notes: [
        canPin
          ? 'The server has a core of its own (taskset); load generator and sink share another.'
          : 'This machine cannot pin processes to cores: server, load generator and sink compete, and the figures are rough.',
        'CPU is that of the whole process, from the first measured request until its spans have been sent. Ours: preset development, OTLP http/protobuf, defaults. A peer that drops spans saves the cost of sending them.',
      ],
      figures: Object.fromEntries(samples),
    };
  },
};
