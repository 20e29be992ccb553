/** The example as one service that runs until it is stopped: what the stack's compose file starts. */
import { ConfigurationError, initTracing } from '@uat/tracing-sdk';
import { ListenError } from './listen-error.ts';
import { readSettings, SettingsError } from './service-settings.ts';

const NAME = 'typescript-service';

try {
  const settings = readSettings(process.env);
  const tracing = initTracing(process.env.OTEL_SERVICE_NAME?.trim() || NAME, {
    metrics: true,
    // What the page asks all the time is none of a question's trace either.
    healthRoutes: ['/health', '/ready', '/api/services'],
  });
  // After it, so that Qdrant's client is patched while it is loaded.
  const { runService } = await import('./run-service.ts');
  await runService(settings, tracing);
  // All is delivered; a connection that a client keeps open must not keep the process.
  process.exit(0);
} catch (error) {
  const wrongSettings = error instanceof SettingsError || error instanceof ConfigurationError;
  if (!wrongSettings && !(error instanceof ListenError)) throw error;
  process.stderr.write(`${NAME}: ${(error as Error).message}\n`);
  process.exit(wrongSettings ? 2 : 1);
}
