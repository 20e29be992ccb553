/** The command line of the benchmark. */
import { parseArgs } from 'node:util';

export const SECTION_NAMES = ['startup', 'span', 'delivery', 'exit', 'sampling', 'http-server'] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

export const PEER_NAMES = [
  'uat',
  'sdk-trace',
  'sdk-node',
  'auto-instrumentations-node',
  'vercel-otel',
  'dd-trace',
  'sentry',
  'elastic',
] as const;
export type PeerName = (typeof PEER_NAMES)[number];

export interface BenchOptions {
  readonly sections: readonly SectionName[];
  /** `undefined`: the ones each section compares by default. */
  readonly peers: readonly PeerName[] | undefined;
  readonly quick: boolean;
  /** Five minutes of memory in place of one. */
  readonly full: boolean;
  readonly json: string | undefined;
  readonly markdown: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run bench -- [options]

  --only <name,…>    sections: ${SECTION_NAMES.join(', ')}
  --peers <name,…>   ${PEER_NAMES.join(', ')}
  --quick            fewer rounds, shorter runs: for a first look, not for figures to quote
  --full             memory with the sink down for 5 minutes in place of 1
  --json <file>      every figure with its samples
  --markdown         print the tables as Markdown, for bench/README.md
  --help
`;

/** @throws Error that names an unknown value and the known ones. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      peers: { type: 'string' },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    sections: values.only === undefined ? SECTION_NAMES : chosen('--only', values.only, SECTION_NAMES),
    peers: values.peers === undefined ? undefined : chosen('--peers', values.peers, PEER_NAMES),
    quick: values.quick,
    full: values.full,
    json: values.json,
    markdown: values.markdown,
    help: values.help,
  };
}

/** In the order of `known`, so that a run reads the same however it was asked for. */
function chosen<Name extends string>(flag: string, list: string, known: readonly Name[]): Name[] {
  const asked = list.split(',').map((name) => name.trim());
  for (const name of asked) {
    if (!known.includes(name as Name))
      throw new Error(`${flag} ${JSON.stringify(name)} is unknown: choose among ${known.join(', ')}`);
  }
  return known.filter((name) => asked.includes(name));
}
