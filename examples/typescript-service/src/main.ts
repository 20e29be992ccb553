/** What `npm start` runs: receiver, two services, traffic, and their traces in the terminal. */
import { parseOptions } from './options.js';
import { runExample } from './run-example.ts';

process.exitCode = await runExample(parseOptions(process.argv.slice(2)));
