import type { ExitDelivery } from './batch-sink.ts';
import { COURIER_PROGRAM } from './exit-courier-program.ts';

/** What the child keeps back from the deadline for its report and its own end, milliseconds. */
const REPORT_MILLIS = 100;

/** Set in the child: an executable that runs the app again instead of our program must not start one more. */
const COURIER_MARK = 'UAT_TRACING_COURIER';

/** Of this process's own flags, those that decide whom a connection trusts and how it is made. */
function connectionFlags(): string[] {
  const given = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  return given.filter((flag) =>
    /^--(?:use-(?:openssl|system|bundled)-ca|tls-[\w.-]+(?:=\S+)?|dns-result-order=\w+)$/.test(flag),
  );
}

export interface CourierJob {
  readonly url: string;
  /** Path of the method to call by gRPC; over HTTP without. */
  readonly grpcMethod?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Readonly<Record<string, string>>;
  readonly bodies: readonly { readonly bytes: Uint8Array; readonly encoded: 'gzip' | undefined }[];
}

/**
 * Hands encoded batches to a short-lived child process and waits for it: the one way to deliver after
 * `process.exit()` or an uncaught error, when this process has no event loop any more. Takes about 0.1 s.
 *
 * The job goes through stdin, so that headers with credentials never show in a process list. The child inherits
 * neither `NODE_OPTIONS` nor `--import`, and is not traced.
 *
 * @returns what was acknowledged; nothing where a child cannot be started (permission model, no fork allowed).
 */
export function deliverInChild(job: CourierJob, timeoutMillis: number): ExitDelivery {
  const lost = job.bodies.map(() => false);
  if (process.env[COURIER_MARK] !== undefined || process.getBuiltinModule('node:sea')?.isSea() === true) {
    return {
      delivered: lost,
      reason: 'this executable cannot start a plain Node.js to deliver at exit; flush before exiting',
    };
  }
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...environment } = process.env;
  const head = JSON.stringify({
    url: job.url,
    grpcMethod: job.grpcMethod,
    headers: job.headers,
    tls: job.tls,
    deadline: Date.now() + timeoutMillis - REPORT_MILLIS,
    bodies: job.bodies.map(({ bytes, encoded }) => ({ length: bytes.byteLength, encoded })),
  });
  try {
    const { spawnSync } = process.getBuiltinModule('node:child_process');
    const child = spawnSync(process.execPath, [...connectionFlags(), '-e', COURIER_PROGRAM], {
      input: Buffer.concat([Buffer.from(`${head}\n`), ...job.bodies.map(({ bytes }) => bytes)]),
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: Math.ceil(timeoutMillis),
      killSignal: 'SIGKILL',
      env: { ...environment, ELECTRON_RUN_AS_NODE: '1', [COURIER_MARK]: '1' },
      windowsHide: true,
    });
    if (child.error !== undefined) return { delivered: lost, reason: child.error.message };
    return JSON.parse(child.stdout.toString()) as ExitDelivery;
  } catch (error) {
    return {
      delivered: lost,
      reason: `the child process that delivers at exit failed: ${(error as Error).message}`,
    };
  }
}
