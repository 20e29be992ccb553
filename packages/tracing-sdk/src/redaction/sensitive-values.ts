import { maskUrlCredentials } from './url-credentials.ts';

export const MASK = '[REDACTED]';

/**
 * A value can only hold a secret if it holds one of these: one pass that most values end with. Every pattern below needs
 * one of them; a test holds them against each other.
 */
const HINT =
  /eyJ|[Bb]earer|BEARER|[Bb]asic|BASIC|:\/\/|PRIVATE KEY|(?:AKIA|ASIA|gh[pousr]_|github_pat_|xox[a-z]-|[sr]k[-_]|AIza|npm_|glpat-|hf_|SG\.|ya29\.)|(?:pass|pwd|token|secret|key|auth|cookie|credential|signature|sig)[\w-]*["'\\]{0,3}\s*[:=]/i;

/** Names before `=` or `:` whose value is a secret, within longer texts: JSON, connection strings, command lines, SQL. */
const PAIR_NAME =
  '[\\w.-]{0,40}?(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|shared[_-]?access[_-]?key|private[_-]?key|authorization|credentials?|cookie|signature)';

/** Each with a replacement that keeps what is not secret. All are linear: no nested repetition, bounded names. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g, MASK],
  // JWT, signed or not.
  [/\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, MASK],
  [/\b(bearer|basic)(\s+)(?!\[REDACTED\])[\w.~+/=-]{6,}/gi, `$1$2${MASK}`],
  // Quoted: the value ends at its own quote, escaped ones (JSON in JSON) included.
  [
    new RegExp(
      `\\b(${PAIR_NAME}\\\\{0,3}["']?\\s{0,4}[:=]\\s{0,4})(\\\\{0,3}["'])(?!\\[REDACTED\\])([^"'\\\\]{1,})`,
      'gi',
    ),
    `$1$2${MASK}`,
  ],
  // Bare: it ends at white space or at what separates pairs. Numbers and booleans are counts and switches.
  [
    new RegExp(
      `\\b(${PAIR_NAME}\\s{0,4}[:=]\\s{0,4})(?!\\[REDACTED\\]|REDACTED|(?:\\d+(?:\\.\\d+)?|true|false|null|undefined)(?![\\w.-]))(?:(?:bearer|basic)\\s+)?[^\\s"'\\\\&;,)}\\]]{1,}`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  // Keys known by their prefix: AWS, GitHub, Slack, Stripe, OpenAI and Anthropic, Google, npm, GitLab, Hugging Face, SendGrid.
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, MASK],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g, MASK],
  [/\bxox[a-z]-[A-Za-z0-9-]{10,}/g, MASK],
  [/\b[sr]k[-_](?:live[-_]|test[-_]|ant-|proj-)?[A-Za-z0-9_-]{16,}/g, MASK],
  [/\bAIza[A-Za-z0-9_-]{30,}/g, MASK],
  [/\b(?:npm_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{20,})/g, MASK],
  [/\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g, MASK],
  [/\bya29\.[A-Za-z0-9_-]{20,}/g, MASK],
];

/** The text with every secret in it masked; the very same text when there is none. */
export function createTextMask(extra: readonly RegExp[]): (text: string) => string {
  // The global flag and no `y`: every occurrence, wherever it stands, and no state of the caller's own object.
  const own = extra.map((pattern) => new RegExp(pattern.source, `${pattern.flags.replaceAll(/[gy]/g, '')}g`));
  return (text) => {
    let masked = text;
    if (HINT.test(text)) {
      if (text.includes('://')) masked = maskUrlCredentials(masked);
      for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement);
    }
    for (const pattern of own) masked = masked.replace(pattern, MASK);
    return masked;
  };
}
