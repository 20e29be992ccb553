import { maskUrlCredentials } from './url-credentials.ts';

export const MASK = '[REDACTED]';

/** Shortest text with a secret in it: `pwd=x`. */
const MIN_LENGTH = 5;
/** Shortest key that is known by its prefix, and shortest JWT, are longer. */
const MIN_KEY_LENGTH = 16;

/** Texts remembered as clean: long ones that come again and again, such as user agents. Shorter ones are looked at faster. */
const MAX_REMEMBERED = 1000;
const MIN_REMEMBERED_LENGTH = 40;
const MAX_REMEMBERED_LENGTH = 300;

type Replacement = readonly [RegExp, string];

/** What the characters of a text leave possible. */
const Has = {
  /** `=` or `:`, without which there is no pair and no URL. */
  SEPARATOR: 1,
  /** White space, which an authorization scheme and a PEM header have. */
  SPACE: 2,
  /** `J` of a JWT's `eyJ`. */
  J: 4,
  /** `K` of `PRIVATE KEY`. */
  K: 8,
  /** One of the characters without which no key below begins. */
  KEY: 16,
} as const;

const CHARACTERS = new Uint8Array(128);
for (const [characters, flag] of [
  ['=:', Has.SEPARATOR],
  [' \t\n\r', Has.SPACE],
  ['J', Has.J],
  ['K', Has.K],
  ['_-.A', Has.KEY],
] as const) {
  for (const character of characters) CHARACTERS[character.charCodeAt(0)] = flag;
}

/** One look at every character, instead of one search a shape: most values end with this. */
function characterFlags(text: string): number {
  let flags = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) flags |= CHARACTERS[code] as number;
    else if (code === 0xa0 || code > 0x1fff) flags |= Has.SPACE;
  }
  return flags;
}

/**
 * What a secret looks like, in groups with a cheap question before each: a value is asked for the few characters that
 * such a secret cannot do without, and nearly always that is all (one large expression for all took 1.4 µs a span).
 * Replacements keep what is not secret. All patterns are linear: no nested repetition, bounded names.
 */
interface SecretShape {
  readonly possible: (text: string, flags: number) => boolean;
  readonly replacements: readonly Replacement[];
}

/** Names before `=` or `:` whose value is a secret, within longer texts: JSON, connection strings, command lines, SQL. */
const PAIR_NAME =
  '[\\w.-]{0,40}?(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|shared[_-]?access[_-]?key|private[_-]?key|authorization|credentials?|cookie|signature)';
const PAIR_WORD = /pass|pwd|secret|token|key|auth|credential|cookie|signature|jwt|session|sid|pin/i;
const SQL_SECRET = /password|identified/i;
const SCHEME_WORD = /\b(?:bearer|basic)\s/i;
/** AWS, GitHub, Slack, Stripe, OpenAI and Anthropic, Google, npm, GitLab, Hugging Face, SendGrid. */
const KEY_PREFIX = /AKIA|ASIA|gh[pousr]_|github_pat_|xox[a-z]-|[sr]k[-_]|AIza|npm_|glpat-|hf_|SG\.|ya29\./;

/** Names that say too little in prose, and enough as a key of JSON. */
const JSON_NAME = '(?:jwt|session_?id|sid|auth|pin|pass)';

const SHAPES: readonly SecretShape[] = [
  {
    // SQL: CREATE USER … PASSWORD '…', IDENTIFIED BY '…'.
    possible: (text, flags) => (flags & Has.SPACE) !== 0 && text.includes("'") && SQL_SECRET.test(text),
    replacements: [
      [/\b(password|identified\s{1,4}by)(\s{1,4})'(?!\[REDACTED\])(?:[^']|'')+'/gi, `$1$2'${MASK}'`],
    ],
  },
  {
    // Command lines: --password x.
    possible: (text, flags) => (flags & Has.SPACE) !== 0 && text.includes('--') && PAIR_WORD.test(text),
    replacements: [
      [
        /(--[\w-]{0,30}(?:password|passwd|secret|token|api-?key)\s{1,4})(?!\[REDACTED\]|-)[^\s"']+/gi,
        `$1${MASK}`,
      ],
    ],
  },
  {
    possible: (text, flags) => (flags & Has.K) !== 0 && text.includes('PRIVATE KEY'),
    replacements: [
      [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g, MASK],
    ],
  },
  {
    // JWT, signed or not.
    possible: (text, flags) => (flags & Has.J) !== 0 && text.includes('eyJ'),
    replacements: [[/\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, MASK]],
  },
  {
    possible: (text, flags) => (flags & Has.SPACE) !== 0 && SCHEME_WORD.test(text),
    replacements: [[/\b(bearer|basic)(\s+)(?!\[REDACTED\])[\w.~+/=-]{6,}/gi, `$1$2${MASK}`]],
  },
  {
    possible: (text, flags) => (flags & Has.SEPARATOR) !== 0 && PAIR_WORD.test(text),
    replacements: [
      // A cookie header: everything up to the end of the line is the login.
      [/\b((?:set-)?cookie\s{0,4}:\s{0,4})(?!\[REDACTED\])[^\s"'][^\r\n"']*/gi, `$1${MASK}`],
      // Other schemes than bearer and basic, whose credentials have parts.
      [
        /\b((?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:apikey|digest|token|negotiate|aws4-hmac-sha256)\s)(?!\[REDACTED\])[^\r\n"']+/gi,
        `$1${MASK}`,
      ],
      // Quoted: the value ends at its own quote, past escaped ones; within JSON that is itself a text, at the first.
      [
        new RegExp(
          `\\b((?:${PAIR_NAME}|${JSON_NAME}(?=["']))["']?\\s{0,4}[:=]\\s{0,4})(["'])(?!\\[REDACTED\\])((?:(?!\\2)[^\\\\]|\\\\.)+)`,
          'gi',
        ),
        `$1$2${MASK}`,
      ],
      [
        new RegExp(
          `\\b(${PAIR_NAME}\\\\{1,3}["']\\s{0,4}[:=]\\s{0,4})(\\\\{1,3}["'])(?!\\[REDACTED\\])([^"'\\\\]{1,})`,
          'gi',
        ),
        `$1$2${MASK}`,
      ],
      // Bare: it ends at white space or at what separates pairs. Numbers and booleans are counts and switches.
      [
        new RegExp(
          `\\b(${PAIR_NAME}\\s{0,4}[:=]\\s{0,4})(?!(?:(?:bearer|basic)\\s+)?\\[REDACTED\\]|REDACTED|(?:\\d+(?:\\.\\d+)?|true|false|null|undefined)(?![\\w.-]))(?:(?:bearer|basic)\\s+)?[^\\s"'\\\\&;,)}\\]]{1,}`,
          'gi',
        ),
        `$1${MASK}`,
      ],
    ],
  },
  {
    possible: (text, flags) =>
      (flags & Has.KEY) !== 0 && text.length >= MIN_KEY_LENGTH && KEY_PREFIX.test(text),
    replacements: [
      [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, MASK],
      [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g, MASK],
      [/\bxox[a-z]-[A-Za-z0-9-]{10,}/g, MASK],
      [/\b[sr]k[-_](?:live[-_]|test[-_]|ant-|proj-)?[A-Za-z0-9_-]{16,}/g, MASK],
      [/\bAIza[A-Za-z0-9_-]{30,}/g, MASK],
      [/\b(?:npm_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{20,})/g, MASK],
      [/\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g, MASK],
      [/\bya29\.[A-Za-z0-9_-]{20,}/g, MASK],
    ],
  },
];

/** The text with every secret in it masked; the very same text when there is none. */
export function createTextMask(extra: readonly RegExp[]): (text: string) => string {
  // The global flag and no `y`: every occurrence, wherever it stands, and no state of the caller's own object.
  const own = extra.map((pattern) => new RegExp(pattern.source, `${pattern.flags.replaceAll(/[gy]/g, '')}g`));
  const clean = new Set<string>();
  return (text) => {
    if (text.length < MIN_LENGTH && own.length === 0) return text;
    const memorable = text.length >= MIN_REMEMBERED_LENGTH && text.length <= MAX_REMEMBERED_LENGTH;
    if (memorable && clean.has(text)) return text;
    const flags =
      text.length < MIN_KEY_LENGTH
        ? characterFlags(text) & (Has.SEPARATOR | Has.SPACE)
        : characterFlags(text);
    // Most values: nothing that any shape begins with.
    if (flags === 0 && own.length === 0) return text;
    let masked = (flags & Has.SEPARATOR) !== 0 && text.includes('://') ? maskUrlCredentials(text) : text;
    for (let i = 0; i < SHAPES.length; i++) {
      const { possible, replacements } = SHAPES[i] as SecretShape;
      if (!possible(masked, flags)) continue;
      for (const [pattern, replacement] of replacements) masked = masked.replace(pattern, replacement);
    }
    for (const pattern of own) masked = masked.replace(pattern, MASK);
    if (memorable && masked === text) {
      if (clean.size >= MAX_REMEMBERED) clean.clear();
      clean.add(text);
    }
    return masked;
  };
}
