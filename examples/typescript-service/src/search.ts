/** The search in a process of its own. */
import { QdrantClient } from '@qdrant/js-client-rest';
import { initTracing } from '@uat/tracing-sdk';
import { indexDocumentation } from './documentation-index.ts';
import { announce } from './parent-process.ts';
import { searchRoutes } from './search-routes.ts';
import { serve } from './serve.ts';

initTracing('search');

const { QDRANT_URL, QDRANT_API_KEY } = process.env;
const qdrant = new QdrantClient({
  url: QDRANT_URL ?? 'http://127.0.0.1:6333',
  checkCompatibility: false,
  ...(QDRANT_API_KEY === undefined ? {} : { apiKey: QDRANT_API_KEY }),
});

await indexDocumentation(qdrant);
const { port } = await serve(searchRoutes(qdrant));
announce(port);
