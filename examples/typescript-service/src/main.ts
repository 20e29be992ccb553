/** What `npm start` runs: receiver, services, traffic, and their traces in the terminal. */
import { parseOptions } from './options.js';

const options = parseOptions(process.argv.slice(2));
const run = options.polyglot
  ? (await import('./run-polyglot.ts')).runPolyglot
  : (await import('./run-example.ts')).runExample;
process.exitCode = await run(options);
