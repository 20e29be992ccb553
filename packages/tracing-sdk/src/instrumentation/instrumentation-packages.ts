/** Names by which instrumentation packages are known. Anything else is passed in by the app. */
const NAMES: readonly RegExp[] = [
  /^@opentelemetry\/instrumentation-/,
  /^@opentelemetry\/auto-instrumentations-node$/,
  /^@uat\/[\w.-]+-instrumentation$/,
  /^@traceloop\/instrumentation-/,
  /^@arizeai\/openinference-instrumentation-/,
  /^@prisma\/instrumentation$/,
  /^@fastify\/otel$/,
  /^@[\w.-]+\/opentelemetry-instrumentation-/,
  /^opentelemetry-instrumentation-/,
];

const HTTP_BUILT_IN = 'HTTP is built in';
const FETCH_BUILT_IN = 'fetch is built in';
const FOR_BROWSERS = 'it is made for browsers';

/** What is never switched on, with the reason that people are told. */
const NEVER: ReadonlyMap<string, string> = new Map([
  ['@opentelemetry/instrumentation-http', HTTP_BUILT_IN],
  ['@opentelemetry/instrumentation-undici', FETCH_BUILT_IN],
  // Full-stack apps have these beside the ones for Node.
  ['@opentelemetry/instrumentation-document-load', FOR_BROWSERS],
  ['@opentelemetry/instrumentation-fetch', FOR_BROWSERS],
  ['@opentelemetry/instrumentation-long-task', FOR_BROWSERS],
  ['@opentelemetry/instrumentation-user-interaction', FOR_BROWSERS],
  ['@opentelemetry/instrumentation-xml-http-request', FOR_BROWSERS],
]);

export function isInstrumentationPackage(name: string): boolean {
  return NAMES.some((pattern) => pattern.test(name));
}

/** `@opentelemetry/auto-instrumentations-node` brings all of OpenTelemetry's own for Node. */
export function isMetapackage(name: string): boolean {
  return name === '@opentelemetry/auto-instrumentations-node';
}

export function reasonNeverUsed(name: string): string | undefined {
  return NEVER.get(name);
}

/** `pg` for `@opentelemetry/instrumentation-pg`, as OTEL_NODE_DISABLED_INSTRUMENTATIONS has it. */
export function shortName(name: string): string {
  return name
    .replace(/^@opentelemetry\/instrumentation-/, '')
    .replace(/^(?:@[\w.-]+\/)?(?:opentelemetry-|openinference-)?instrumentation-/, '')
    .replace(/^@[\w.-]+\/([\w.-]+)-instrumentation$/, '$1')
    .replace(/^@([\w.-]+)\/(?:instrumentation|otel)$/, '$1');
}
