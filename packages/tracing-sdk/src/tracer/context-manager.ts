import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

/**
 * The stock context manager plus `enter`. `attach` of the stock one does the same but allocates a token and reads
 * the previous context on every call, which the HTTP server instrumentation would pay a request.
 */
export class EnterableContextManager extends AsyncLocalStorageContextManager {
  /** Makes `context` current for the rest of this synchronous execution and what it starts. */
  enter(context: Context): void {
    (this as unknown as { _asyncLocalStorage: AsyncLocalStorage<Context> })._asyncLocalStorage.enterWith(
      context,
    );
  }
}
