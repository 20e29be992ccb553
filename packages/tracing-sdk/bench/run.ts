/** `npm run bench`: measures us and the others side by side and says which goals are met. */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { delivery } from './delivery.ts';
import { exit } from './exit.ts';
import { httpServer } from './http-server.ts';
import { installPeers } from './install-peers.ts';
import { type BenchOptions, PEER_NAMES, parseOptions, USAGE } from './options.ts';
import { peerLabel } from './peers.ts';
import { sampling } from './sampling.ts';
import type { Bench, Section, SectionResult, Verdict } from './section.ts';
import { span } from './span.ts';
import { startup } from './startup.ts';
import { markdownTable, plainTable } from './table.ts';

const SECTIONS: readonly Section[] = [startup, span, delivery, exit, sampling, httpServer];

function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

function mark({ met }: Verdict): string {
  return met ? 'met   ' : 'MISSED';
}

function print(section: Section, result: SectionResult, markdown: boolean): void {
  const table = markdown ? markdownTable : plainTable;
  say(`\n${markdown ? '### ' : '== '}${section.title}`);
  for (const one of result.tables) say(`\n${table(one)}`);
  if (result.notes.length > 0) say();
  for (const note of result.notes) say(markdown ? `${note}\n` : note);
  if (result.verdicts.length > 0) say();
  for (const verdict of result.verdicts)
    say(`${markdown ? '- ' : ''}${mark(verdict).trimEnd().padEnd(6)}  ${verdict.goal}: ${verdict.measured}`);
}

/** The load at the start says whether others were at work: then the figures are worth less. */
function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${availableParallelism()} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, ${process.platform} ${process.arch}, load ${loadavg()[0]!.toFixed(2)} before`;
}

async function main(options: BenchOptions): Promise<void> {
  const bench: Bench = {
    options,
    progress: (line) => process.stderr.write(`${line}\n`),
    peers: (wanted) => wanted.filter((peer) => options.peers === undefined || options.peers.includes(peer)),
  };
  const sections = SECTIONS.filter(
    ({ name, peers }) => options.sections.includes(name) && bench.peers(peers).length > 0,
  );
  const needed = PEER_NAMES.filter((peer) => sections.some(({ peers }) => bench.peers(peers).includes(peer)));
  installPeers(needed, bench.progress);

  const start = performance.now();
  const where = machine();
  say(`${options.markdown ? '' : 'machine: '}${where}${options.quick ? '; --quick: rough figures' : ''}`);
  say(`${options.markdown ? '\n' : ''}compared: ${needed.map(peerLabel).join(', ')}`);
  const results: [Section, SectionResult][] = [];
  for (const section of sections) {
    const result = await section.run(bench);
    results.push([section, result]);
    print(section, result, options.markdown);
  }

  const verdicts = results.flatMap(([section, result]) =>
    result.verdicts.map((verdict) => ({ section, verdict })),
  );
  const met = verdicts.filter(({ verdict }) => verdict.met).length;
  say(`\n${options.markdown ? '### ' : '== '}Summary\n`);
  for (const { section, verdict } of verdicts)
    say(
      `${options.markdown ? '- ' : ''}${mark(verdict)}  ${section.name}: ${verdict.goal}: ${verdict.measured}`,
    );
  say(`\n${met} of ${verdicts.length} goals met, in ${Math.round((performance.now() - start) / 1000)} s`);
  if (options.json !== undefined) {
    const document = {
      machine: where,
      quick: options.quick,
      compared: needed.map(peerLabel),
      sections: Object.fromEntries(results.map(([section, result]) => [section.name, result])),
    };
    writeFileSync(options.json, `${JSON.stringify(document, undefined, 2)}\n`);
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) say(USAGE);
  else await main(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
