// Plain JavaScript: `npm start` reads it with whatever Node.js the user has, before anything is installed.
import { parseArgs } from 'node:util';

export const HELP = `npm start [-- options]

Starts a trace viewer, two small services that call each other, and a third that
searches this repository's documentation in a stand-in for Qdrant (or in the
Qdrant that QDRANT_URL and QDRANT_API_KEY name). Sends them requests and prints
their traces; a local page shows them live. Ctrl-C ends it.

  --polyglot       instead the one service in TypeScript, with a page that asks
                   questions, the LLM router in Rust and the WebSocket service
                   in Go: builds them first, on ports 8000, 8001 and 8080
                   (TYPESCRIPT_SERVICE_PORT, LLM_ROUTER_PORT and
                   WEBSOCKET_SERVICE_PORT name others)
  --once           one order and one search (or one question), their
                   traces, and done
  --rate <n>       orders and searches (or questions) a second each,
                   0.1 to 50 (default: 4)
  --minutes <n>    when to stop by itself, 0.05 to 1440 (default: 10)
  --port <n>       of OTLP and of the page (default: 4318, or a free one)
  --help           this text
`;

export class OptionError extends Error {}

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {boolean} once
 * @property {boolean} polyglot
 * @property {number} rate requests a second
 * @property {number} minutes
 * @property {number | undefined} port undefined: 4318 if it is free
 */

/**
 * @param {readonly string[]} args without the program
 * @returns {Options}
 * @throws {OptionError} naming the option, the value and what is allowed
 */
export function parseOptions(args) {
  let values;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        once: { type: 'boolean' },
        polyglot: { type: 'boolean' },
        rate: { type: 'string' },
        minutes: { type: 'string' },
        port: { type: 'string' },
      },
    }).values;
  } catch (error) {
    const [sentence] = /** @type {Error} */ (error).message.split(/\. |\n/, 1);
    throw new OptionError(`${sentence}; see npm start -- --help`);
  }
  return {
    help: values.help === true,
    once: values.once === true,
    polyglot: values.polyglot === true,
    rate: number('--rate', values.rate, 0.1, 50) ?? 4,
    minutes: number('--minutes', values.minutes, 0.05, 1440) ?? 10,
    port: integer('--port', values.port),
  };
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} least
 * @param {number} most
 */
function number(name, text, least, most) {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw new OptionError(`${name} must be a number from ${least} to ${most}, got '${text}'`);
}

/**
 * @param {string} name
 * @param {string | undefined} text
 */
function integer(name, text) {
  const value = number(name, text, 0, 65535);
  if (value === undefined || Number.isInteger(value)) return value;
  throw new OptionError(`${name} must be a whole number, got '${text}'`);
}
