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

/** Distinct keys remembered; keys are few, unless an app makes them up. */
const MAX_REMEMBERED = 2000;

export interface KeyRules {
  readonly exact: ReadonlySet<string>;
  readonly patterns: readonly RegExp[];
  readonly allowed: ReadonlySet<string>;
}

/** Decides by key alone, once for each key. */
export function createKeyCheck(rules: KeyRules): (key: string) => boolean {
  const remembered = new Map<string, boolean>();
  return (key) => {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const sensitive = decide(key, rules);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, sensitive);
    return sensitive;
  };
}

function decide(key: string, { exact, patterns, allowed }: KeyRules): boolean {
  const lower = key.toLowerCase();
  if (allowed.has(lower)) return false;
  if (exact.has(lower)) return true;
  for (const pattern of patterns) {
    pattern.lastIndex = 0;
    if (pattern.test(key)) return true;
  }
  return !HARMLESS.has(lower) && looksSensitive(key);
}

function looksSensitive(key: string): boolean {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some(
    (word, index) => WORDS.has(word) || (index > 0 && PAIRS.has(`${words[index - 1]} ${word}`)),
  );
}
