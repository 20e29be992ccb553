/**
 * Words that make a key sensitive, as whole words of it: `http.request.header.authorization`, `db.userPassword`,
 * `aws.secretAccessKey`, but not `author`, `tokenizer.name`, `monkey`.
 */
const WORDS = new Set([
  'apikey',
  'auth',
  'authorization',
  'cookie',
  'cookies',
  'credential',
  'credentials',
  'dsn',
  'jwt',
  'pass',
  'passcode',
  'passphrase',
  'passwd',
  'password',
  'passwords',
  'pin',
  'privatekey',
  'pwd',
  'secret',
  'secrets',
  'sessionid',
  'sid',
  'ssn',
  'token',
]);

/** Sensitive only beside each other: `api_key`, `accessKey`, `session.id`, `connection-string`. */
const PAIRS = new Set([
  'access key',
  'account key',
  'api key',
  'api keys',
  'auth key',
  'client key',
  'connection string',
  'encryption key',
  'master key',
  'private key',
  'session id',
  'shared key',
  'signing key',
  'storage key',
]);

/**
 * Keys of the conventions that hold such a word and no secret. `session.id` of the conventions names a user's visit, and
 * people search for it, but in cookies it IS the login: it stays masked.
 */
const HARMLESS = new Set([
  'gen_ai.token.type',
  'gen_ai.usage.token',
  'k8s.secret.name',
  'k8s.secret.uid',
  'secret.name',
  'telemetry.auto.version',
]);

/** Run together with another word, or numbered: `PGPASSWORD`, `accesstoken`, `clientsecret`, `password2`. */
const GLUED = /(?:password|passwd|passphrase|secret|token|apikey)\d*$/;

/** Distinct keys remembered; keys are few, unless an app makes them up. */
const MAX_REMEMBERED = 2000;

/** Attributes whose value is a query or a URL by their name, so that every parameter in it is looked at. */
const QUERY_KEYS = new Set(['url.query']);
const URL_KEYS = new Set(['url.full', 'http.url', 'http.target', 'url.path']);

/** What a key says about its value. */
export const KeyKind = {
  /** Its value is looked into. */
  PLAIN: 0,
  SENSITIVE: 1,
  QUERY: 2,
  URL: 3,
  /** Never masked: the user said so. */
  ALLOWED: 4,
} as const;
export type KeyKind = (typeof KeyKind)[keyof typeof KeyKind];

export interface KeyRules {
  readonly exact: ReadonlySet<string>;
  readonly patterns: readonly RegExp[];
  readonly allowed: ReadonlySet<string>;
}

/** Decides by key alone, once for each key. */
export function createKeyCheck(rules: KeyRules): (key: string) => KeyKind {
  const remembered = new Map<string, KeyKind>();
  return (key) => {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const kind = decide(key, rules);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, kind);
    return kind;
  };
}

function decide(key: string, { exact, patterns, allowed }: KeyRules): KeyKind {
  const lower = key.toLowerCase();
  if (allowed.has(lower)) return KeyKind.ALLOWED;
  if (exact.has(lower)) return KeyKind.SENSITIVE;
  for (const pattern of patterns) {
    pattern.lastIndex = 0;
    if (pattern.test(key)) return KeyKind.SENSITIVE;
  }
  if (QUERY_KEYS.has(lower)) return KeyKind.QUERY;
  if (URL_KEYS.has(lower)) return KeyKind.URL;
  return !HARMLESS.has(lower) && looksSensitive(key) ? KeyKind.SENSITIVE : KeyKind.PLAIN;
}

function looksSensitive(key: string): boolean {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some(
    (word, index) =>
      WORDS.has(word) || GLUED.test(word) || (index > 0 && PAIRS.has(`${words[index - 1]} ${word}`)),
  );
}
