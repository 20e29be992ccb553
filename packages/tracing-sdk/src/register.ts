/**
 * Tracing without a line of code: `OTEL_SERVICE_NAME=checkout node --import @uat/tracing-sdk/register app.js`.
 * Every setting comes from the environment. Never stops the app from starting.
 */
import { initTracing, type TracingOptions } from './index.ts';

try {
  initTracing(undefined, { [Symbol.for('@uat/tracing-sdk/register')]: true } as TracingOptions);
} catch (error) {
  process.stderr.write(
    `[uat-tracing] error: tracing is off: ${error instanceof Error ? error.message : String(error)}\n`,
  );
}
