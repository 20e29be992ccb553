/** The search in a process of its own. */
import { QdrantClient } from '@qdrant/js-client-rest';
import { initTracing } from '@uat/tracing-sdk';
import { indexDocumentation } from './documentation-index.ts';
import { announce } from './parent-process.ts';
import { qdrantFailure } from './qdrant-failure.ts';
import { searchRoutes } from './search-routes.ts';
import { serve } from './serve.ts';
import { readSettings, SettingsError } from './service-settings.ts';

initTracing('search');

try {
  const { qdrantUrl, qdrantApiKey } = readSettings(process.env);
  const qdrant = new QdrantClient({
    url: qdrantUrl,
    checkCompatibility: false,
    ...(qdrantApiKey === undefined ? {} : { apiKey: qdrantApiKey }),
  });
  await indexDocumentation(qdrant).catch((error: unknown) => {
    throw new SettingsError(
      `Qdrant at ${qdrantUrl} does not take the documentation: ${qdrantFailure(error)}. Start it, correct QDRANT_URL and QDRANT_API_KEY, or leave QDRANT_URL out for the stand-in.`,
    );
  });
  const { port } = await serve(searchRoutes(qdrant));
  announce(port);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
  process.disconnect?.();
}
