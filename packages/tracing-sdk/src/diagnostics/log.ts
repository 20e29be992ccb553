import { type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import type { LogLevel } from '../types.ts';

/** Our lines to stderr, each prefixed and on one line. stdout belongs to the app. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

const RANK: Readonly<Record<LogLevel, number>> = { none: 0, error: 1, warn: 2, info: 3, debug: 4 };

/** Distinct messages of OpenTelemetry's own code that are printed; past that they repeat or run wild. */
const MAX_DIAG_MESSAGES = 50;

/**
 * @param mask takes secrets out of whatever is printed.
 * @param write one finished line, newline included. Default: stderr.
 */
export function createLog(
  level: LogLevel,
  mask: (text: string) => string,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const say = (at: LogLevel, mark: string) => (message: string) => {
    if (RANK[at] > RANK[level]) return;
    try {
      write(`[uat-tracing] ${mark}${mask(message).replaceAll(/[\r\n]+/g, ' ')}\n`);
    } catch {
      // A closed stderr must not reach the app.
    }
  };
  return {
    error: say('error', 'error: '),
    warn: say('warn', 'warning: '),
    info: say('info', ''),
    debug: say('debug', 'debug: '),
  };
}

/** What OpenTelemetry's own code reports, each distinct message once. */
export function createDiagLogger(log: Log): DiagLogger {
  const said = new Set<string>();
  const once =
    (print: (message: string) => void) =>
    (message: string, ...details: unknown[]): void => {
      if (said.has(message) || said.size >= MAX_DIAG_MESSAGES) return;
      said.add(message);
      const words = details.map((detail) => (detail instanceof Error ? detail.message : String(detail)));
      print([message, ...words].join(' '));
    };
  return {
    error: once(log.error),
    warn: once(log.warn),
    info: once(log.debug),
    debug: (message, ...details) => log.debug([message, ...details.map(String)].join(' ')),
    verbose: () => {},
  };
}

/** Below `debug`, OpenTelemetry's own code is asked for warnings and errors only. */
export function diagLevel(level: LogLevel): DiagLogLevel {
  if (level === 'none') return DiagLogLevel.NONE;
  if (level === 'error') return DiagLogLevel.ERROR;
  return level === 'debug' ? DiagLogLevel.DEBUG : DiagLogLevel.WARN;
}
