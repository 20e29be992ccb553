/** Does `production` keep what it says, and can the true count be had back from `ot=th`? */
import { runApp } from './child.ts';
import { peerEnvironment, peerFile, peerFolder } from './peers.ts';
import { format, type Section } from './section.ts';

export const sampling: Section = {
  name: 'sampling',
  title: 'Sampling: `production` over root traces',
  peers: ['uat'],
  async run(bench) {
    // Also under --quick: the goals are about this number, and it takes a second.
    const traces = 100_000;
    bench.progress(`sampling: ${format(traces)} root traces`);
    const report = await runApp(
      {
        args: [peerFile('uat', 'sampling.mjs')],
        cwd: peerFolder('uat'),
        env: { ...peerEnvironment('uat', 'http://127.0.0.1:9'), BENCH_SPANS: String(traces) },
        limitMillis: 60_000,
      },
      'sampled',
    );
    const [kept, weighted, without] = [report.kept, report.weighted, report.withoutThreshold] as number[];
    const share = kept! / traces;
    const error = weighted! / traces - 1;
    return {
      tables: [
        {
          title: 'One run',
          columns: ['root traces', 'kept', 'share', 'weighted by ot=th', 'off by', 'kept without th'],
          rows: [
            [
              format(traces),
              format(kept),
              `${(share * 100).toFixed(2)} %`,
              format(weighted),
              `${(error * 100).toFixed(2)} %`,
              format(without),
            ],
          ],
        },
      ],
      verdicts: [
        {
          goal: 'kept 10 % ± 0.5 %',
          measured: `${(share * 100).toFixed(2)} %`,
          met: Math.abs(share - 0.1) <= 0.005,
        },
        {
          goal: 'weighted by ot=th within ± 3 % of the true count',
          measured: `${(error * 100).toFixed(2)} %`,
          met: Math.abs(error) <= 0.03,
        },
      ],
      notes: [
        'Chance alone: one standard deviation is 0.095 % of the share and 0.95 % of the weighted count, so the second goal is missed once in about 600 runs by a perfect sampler.',
      ],
      figures: report,
    };
  },
};
