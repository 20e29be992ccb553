import { createServer } from 'node:http';
import { initTracing, withSpan } from '@uat/tracing-sdk';

initTracing('quickstart-esm');

const server = createServer(async (request, response) => {
  const greeting = await withSpan('find greeting', { language: 'en' }, async () => 'Hello');
  response.end(`${greeting}, ${request.headers['user-agent'] ?? 'you'}!\n`);
});

server.listen(process.env.PORT ?? 3000, () => {
  console.log(`Open http://localhost:${server.address().port}/ and look at your traces.`);
});
