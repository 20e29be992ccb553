/** What OpenTelemetry JS 3.x is made for, and the first 22 in which the channels and hooks that we rely on are whole. */
const LEAST = [22, 15] as const;

/**
 * @param version such as `20.20.2`; `process.versions.node` has no leading `v`, one is taken all the same.
 * @returns one sentence where this Node is too old, else undefined.
 */
export function nodeVersionProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return undefined;
  return `@uat/tracing-sdk needs Node.js ${LEAST.join('.')} or newer and this is ${version}: nothing is traced. Upgrade Node.js; the app itself is not affected.`;
}
