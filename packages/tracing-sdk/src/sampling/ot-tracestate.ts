/**
 * The OpenTelemetry entry `ot=th:…;rv:…;…` of a W3C tracestate.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 */
import { createTraceState, type TraceState } from '@opentelemetry/api';

/** Characters of the whole entry (spec, "TraceState Handling"). */
const MAX_ENTRY_LENGTH = 256;
/** https://www.w3.org/TR/trace-context-2/#tracestate-limits */
const MAX_MEMBERS = 32;
const MAX_LENGTH = 512;
const LONG_MEMBER = 128;

// Lower case only (spec, "rv"): digits are compared as text.
const THRESHOLD = /^[0-9a-f]{1,14}$/;
const RANDOMNESS = /^[0-9a-f]{14}$/;
const SUB_MEMBER = /^[a-z][a-z0-9]*:[A-Za-z0-9._-]*$/;

export interface OtEntry {
  /** `th`, 1 to 14 hex digits; undefined when absent or invalid. */
  readonly threshold: string | undefined;
  /** `rv`, 14 hex digits; undefined when absent or invalid. */
  readonly randomness: string | undefined;
  /** The other sub-keys as they came, joined by `;`. */
  readonly others: string;
  /** Something was left out above. Go's parser refuses the whole entry then, so it is worth writing anew. */
  readonly malformed: boolean;
}

const NO_ENTRY: OtEntry = Object.freeze({
  threshold: undefined,
  randomness: undefined,
  others: '',
  malformed: false,
});

/** Never throws: what is malformed is left out, an entry over 256 characters altogether. */
export function readOtEntry(traceState: TraceState | undefined): OtEntry {
  const value = traceState?.get('ot');
  return value === undefined || value === '' ? NO_ENTRY : parseOtEntry(value);
}

// A service hears from few callers, most with one fixed ratio: the same text comes again and again.
let lastValue = '';
let lastEntry = NO_ENTRY;

function parseOtEntry(value: string): OtEntry {
  if (value === lastValue) return lastEntry;
  let threshold: string | undefined;
  let randomness: string | undefined;
  let others = '';
  let malformed = value.length > MAX_ENTRY_LENGTH;
  const members = malformed ? [] : value.split(';');
  for (const member of members) {
    const text = member.slice(3);
    if (member.startsWith('th:') && threshold === undefined && THRESHOLD.test(text)) threshold = text;
    else if (member.startsWith('rv:') && randomness === undefined && RANDOMNESS.test(text)) randomness = text;
    else if (member.startsWith('th:') || member.startsWith('rv:') || !SUB_MEMBER.test(member))
      malformed = true;
    else others = others === '' ? member : `${others};${member}`;
  }
  lastEntry = { threshold, randomness, others, malformed };
  lastValue = value;
  return lastEntry;
}

/**
 * @param traceState what to write into; other vendors' entries stay, unless W3C's limits (32 entries, 512
 *   characters) ask for room: then long ones go first, else the oldest
 * @param entry `rv` and other sub-keys to write; of the others, the last go when 256 characters are exceeded
 * @param threshold `th` to write, undefined for none
 * @returns a new tracestate; empty, not undefined, when nothing is left: undefined would mean "as the parent's"
 */
export function writeOtEntry(
  traceState: TraceState | undefined,
  entry: OtEntry,
  threshold: string | undefined,
): TraceState {
  const value = formatOtEntry(threshold, entry.randomness, entry.others);
  const foreign = traceState?.unset('ot') ?? createTraceState();
  if (value === '') return foreign;
  const rest = foreign.serialize();
  return createTraceState(rest === '' ? `ot=${value}` : makeRoom(`ot=${value}`, rest));
}

function formatOtEntry(
  threshold: string | undefined,
  randomness: string | undefined,
  others: string,
): string {
  let value = threshold === undefined ? '' : `th:${threshold}`;
  if (randomness !== undefined) value += value === '' ? `rv:${randomness}` : `;rv:${randomness}`;
  if (others !== '') value += value === '' ? others : `;${others}`;
  while (value.length > MAX_ENTRY_LENGTH) value = value.slice(0, value.lastIndexOf(';'));
  return value;
}

/** api 1.9 does not keep W3C's limits on `set`, and 1.10 keeps them by silently not writing: so we keep them here. */
function makeRoom(first: string, rest: string): string {
  const members = rest.split(',');
  let length = first.length + 1 + rest.length;
  while (members.length >= MAX_MEMBERS || (length > MAX_LENGTH && members.length > 0)) {
    const long = length > MAX_LENGTH ? members.findLastIndex((member) => member.length > LONG_MEMBER) : -1;
    const [gone] = members.splice(long === -1 ? members.length - 1 : long, 1);
    length -= gone === undefined ? 0 : gone.length + 1;
  }
  return members.length === 0 ? first : `${first},${members.join(',')}`;
}
