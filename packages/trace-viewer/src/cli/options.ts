import { parseArgs } from 'node:util';
import { parseQuery, QueryError } from '../search/query.ts';

export const HELP = `trace-viewer [options] [-- command …]

Receives OpenTelemetry traces (OTLP/HTTP, protobuf or JSON) and shows them on a
local page. With a command: starts it with the endpoint set in its environment.

  --port <n>           of OTLP and of the page; 0 takes a free one (default: 4318)
  --host <address>     what to listen on (default: 127.0.0.1); there is no login
  --allowed-host <n>   another name for this machine, as host.docker.internal; may be repeated
  --max-spans <n>      spans in memory (default: 100000); the oldest trace goes first
  --max-mib <n>        MiB of memory for them (default: 256)
  --open               opens the page in the browser

  --json               prints each finished trace as one line of OTLP JSON
  --print              prints each finished trace as a waterfall
  --until <query>      ends with 0 when a matching trace has come, 1 at the time-out or when stopped;
                       e.g. --until 'service:checkout status:error'
  --timeout <seconds>  for --until (default: 60)
  --help               this text

Environment of the command: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL.
`;

/** A wrong argument; the message says what is allowed. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

export interface CliOptions {
  readonly help: boolean;
  /** Undefined: 4318; with a command, a free one where that is taken. */
  readonly port: number | undefined;
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly maxSpans: number;
  readonly maxBytes: number;
  readonly open: boolean;
  readonly output: 'none' | 'json' | 'print';
  readonly until: string | undefined;
  readonly timeoutMillis: number;
  readonly command: readonly string[];
}

const MIB = 1024 * 1024;

/**
 * @param args without the program
 * @throws OptionError naming the option, the value and what is allowed
 */
export function parseOptions(args: readonly string[]): CliOptions {
  const split = args.indexOf('--');
  const own = split === -1 ? args : args.slice(0, split);
  const command = split === -1 ? [] : args.slice(split + 1);
  if (split !== -1 && command.length === 0) {
    throw new OptionError('after -- comes the command to start: trace-viewer -- node app.js');
  }
  const values = parse(own);
  if (values.json === true && values.print === true) {
    throw new OptionError('--json and --print both write to standard output: choose one');
  }
  if (values.timeout !== undefined && values.until === undefined) {
    throw new OptionError('--timeout is for --until, which is missing');
  }
  if (values.until !== undefined) checkQuery(values.until);
  return {
    help: values.help === true,
    port: values.port === undefined ? undefined : number('--port', values.port, 0, 65_535),
    host: values.host ?? '127.0.0.1',
    allowedHosts: values['allowed-host'] ?? [],
    maxSpans: number('--max-spans', values['max-spans'] ?? '100000', 1, 10_000_000),
    maxBytes: number('--max-mib', values['max-mib'] ?? '256', 1, 65_536) * MIB,
    open: values.open === true,
    output: values.json === true ? 'json' : values.print === true ? 'print' : 'none',
    until: values.until,
    timeoutMillis: number('--timeout', values.timeout ?? '60', 1, 86_400) * 1000,
    command,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        port: { type: 'string' },
        host: { type: 'string' },
        'allowed-host': { type: 'string', multiple: true },
        'max-spans': { type: 'string' },
        'max-mib': { type: 'string' },
        open: { type: 'boolean' },
        json: { type: 'boolean' },
        print: { type: 'boolean' },
        until: { type: 'string' },
        timeout: { type: 'string' },
      },
    }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/, 1);
    throw new OptionError(
      `${sentence}; see trace-viewer --help, which also tells that a command comes after --`,
    );
  }
}

function checkQuery(query: string): void {
  try {
    // Also `""`, which has no condition and so is met by any trace.
    if (Object.values(parseQuery(query)).every((conditions) => conditions.length === 0))
      throw new OptionError("--until takes a query, such as 'service:checkout'; got an empty one");
  } catch (error) {
    if (error instanceof QueryError) throw new OptionError(`--until: ${error.message}`);
    throw error;
  }
}

function number(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new OptionError(`${name} must be a whole number from ${least} to ${most}, got '${text}'`);
}
