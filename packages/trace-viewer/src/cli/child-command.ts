import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export interface ChildCommand {
  /** Resolves with its exit code; 128 + n when signal n ended it, 127 when it could not be started. */
  readonly ended: Promise<number>;
  /** Asks it to end, and ends it after five seconds. Resolves when it has. */
  stop(): Promise<void>;
}

const STOP_MILLIS = 5000;

/**
 * Starts a command whose OpenTelemetry SDK sends to `endpoint`.
 *
 * @param toStderr what it prints goes to stderr, because our standard output is for programs
 */
export function startCommand(
  [file = '', ...args]: readonly string[],
  endpoint: string,
  toStderr: boolean,
): ChildCommand {
  const child = spawn(file, args, {
    stdio: ['inherit', toStderr ? 2 : 'inherit', 'inherit'],
    env: {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      // More particular ones would win over ours.
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: undefined,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: undefined,
      OTEL_TRACES_EXPORTER:
        process.env.OTEL_TRACES_EXPORTER === 'none' ? 'otlp' : process.env.OTEL_TRACES_EXPORTER,
    },
    // npm and the like are batch files there, which only a shell runs.
    shell: process.platform === 'win32' && !/\.exe$/i.test(file),
  });
  const ended = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`trace-viewer: ${file} could not be started: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
  return {
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLIS);
      await ended;
      clearTimeout(timer);
    },
  };
}
