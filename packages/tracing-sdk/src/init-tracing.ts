import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createLog } from './diagnostics/log.ts';
import { nodeVersionProblem } from './diagnostics/node-version.ts';
import { createRedactor } from './redaction/redactor.ts';
import { settleSettings } from './settings/settle-settings.ts';
import { startTracing } from './start-tracing.ts';
import type { LogLevel, Tracing, TracingOptions } from './types.ts';

interface Running {
  readonly tracing: Tracing;
  readonly serviceName: string | undefined;
  readonly options: TracingOptions;
  readonly callSite: string;
}

/** On globalThis: a second copy of this package in the process finds the first one's handle. */
const RUNNING = Symbol.for('@uat/tracing-sdk/running');
/** Set by `register`, which has no call site worth naming. */
export const VIA_REGISTER = Symbol.for('@uat/tracing-sdk/register');

const registry = globalThis as { [RUNNING]?: Running | undefined };

/**
 * Starts tracing for this process: HTTP server, HTTP client, `fetch` and installed instrumentation packages are traced
 * from here on, and spans are sent by OTLP.
 *
 * @param serviceName as it shall appear in every trace. Default: `OTEL_SERVICE_NAME`, else the name in package.json.
 * @returns the handle. A second call returns the first handle and, when its arguments differ, says where both are.
 * @throws ConfigurationError naming every wrong option or variable with what is allowed; in production a warning and
 *   the safe, low choice take its place.
 * @example
 * import { initTracing } from '@uat/tracing-sdk';
 * const tracing = initTracing('checkout');
 */
export function initTracing(serviceName?: string, options: TracingOptions = {}): Tracing {
  const viaRegister = typeof options === 'object' && options !== null && VIA_REGISTER in options;
  const callSite = viaRegister ? 'node --import @uat/tracing-sdk/register' : findCallSite();
  const running = registry[RUNNING];
  if (running !== undefined) {
    const same = serviceName === running.serviceName && isDeepStrictEqual(options, running.options);
    if (!same) {
      earlyLog().warn(
        `initTracing was called again with other arguments, at ${callSite}. The first call, at ${running.callSite}, stays in force; remove one of them.`,
      );
    }
    return running.tracing;
  }
  const problem = nodeVersionProblem(process.versions.node);
  if (problem !== undefined) earlyLog().error(problem);
  const settings = settleSettings(
    serviceName,
    options,
    process.env,
    dirname(resolve(process.argv[1] ?? '-')),
  );
  const tracing = startTracing(problem === undefined ? settings : { ...settings, disabled: NODE_TOO_OLD }, {
    viaRegister,
    onShutdown: () => {
      registry[RUNNING] = undefined;
    },
  });
  registry[RUNNING] = { tracing, serviceName, options, callSite };
  return tracing;
}

const NODE_TOO_OLD = Object.freeze({ value: true, source: 'Node.js version' });

/** Before the settings are known, only the log level's variable is looked at. */
function earlyLog(): ReturnType<typeof createLog> {
  const level = process.env.OTEL_LOG_LEVEL?.toLowerCase() as LogLevel | undefined;
  return createLog(level === 'none' || level === 'error' ? level : 'warn', createRedactor({}).text);
}

/** `file:line:column` of whoever called `initTracing`. */
function findCallSite(): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, initTracing);
  const frame = holder.stack?.split('\n')[1]?.trim() ?? '';
  return (
    /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/.exec(frame)?.[1] ?? (frame || 'an unknown place')
  );
}
