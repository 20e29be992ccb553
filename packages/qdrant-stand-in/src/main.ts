#!/usr/bin/env node
/** `node src/main.ts --port 6333`: the stand-in as a program, until SIGTERM or SIGINT. */
import { parseArgs } from 'node:util';
import { VERSION } from './service/state.ts';
import { startQdrantStandIn } from './start.ts';

const HELP = `Qdrant stand-in ${VERSION}: the APIs of one node, held in memory. Not a database: nothing is kept.

  --port N                 port, 6333 unless given; 0 takes a free one
  --grpc-port N            port of the gRPC API; none unless given
  --host H                 address to listen on, 127.0.0.1 unless given
  --metrics-prefix P       put before every metric's name, such as qdrant_
  --hardware-reporting     tell in answers what they cost
  --help

Keys come from QDRANT__SERVICE__API_KEY and QDRANT__SERVICE__READ_ONLY_API_KEY, as for a real server.
Faults on demand: PUT, GET and DELETE /stand-in/faults. What has come: GET /stand-in/requests.
`;

function fail(message: string, code: number): void {
  process.stderr.write(`qdrant stand-in: ${message}\n`);
  process.exitCode = code;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '6333' },
      'grpc-port': { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      'metrics-prefix': { type: 'string', default: '' },
      'hardware-reporting': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  for (const name of ['port', 'grpc-port'] as const) {
    const given = values[name];
    if (given !== undefined && (!/^\d+$/.test(given) || Number(given) > 65_535)) {
      fail(`--${name} takes a number from 0 to 65535, not ${JSON.stringify(given)}.`, 2);
      return;
    }
  }
  const grpcPort = values['grpc-port'];
  const standIn = await startQdrantStandIn({
    port: Number(values.port),
    ...(grpcPort === undefined ? {} : { grpcPort: Number(grpcPort) }),
    host: values.host,
    metricsPrefix: values['metrics-prefix'],
    hardwareReporting: values['hardware-reporting'],
    ...keyOption('apiKey', process.env.QDRANT__SERVICE__API_KEY),
    ...keyOption('readOnlyApiKey', process.env.QDRANT__SERVICE__READ_ONLY_API_KEY),
  });
  process.stdout.write(
    `qdrant stand-in ${VERSION} (in memory, not a database) listening on ${standIn.url}${standIn.grpcUrl === undefined ? '' : `, gRPC on ${standIn.grpcUrl}`}\n`,
  );
  const stop = (): void => void standIn.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function keyOption(name: string, value: string | undefined): object {
  return value ? { [name]: value } : {};
}

main().catch((error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE')
    fail('the port is taken; stop what listens there, or give another with --port.', 1);
  else if (error.code?.startsWith('ERR_PARSE_ARGS') || error instanceof TypeError)
    fail(`${error.message}; see --help.`, 2);
  else fail(error.message, 1);
});
