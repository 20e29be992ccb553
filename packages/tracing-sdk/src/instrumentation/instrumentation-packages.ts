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

/** What they would do is built in, without patching. */
const BUILT_IN: Readonly<Record<string, string>> = {
  '@opentelemetry/instrumentation-http': 'HTTP is built in',
  '@opentelemetry/instrumentation-undici': 'fetch is built in',
};

export function isInstrumentationPackage(name: string): boolean {
  return NAMES.some((pattern) => pattern.test(name));
}

export function builtInInstead(name: string): string | undefined {
  return BUILT_IN[name];
}

/** `pg` for `@opentelemetry/instrumentation-pg`, as OTEL_NODE_DISABLED_INSTRUMENTATIONS has it. */
export function shortName(name: string): string {
  return name
    .replace(/^@opentelemetry\/instrumentation-/, '')
    .replace(/^(?:@[\w.-]+\/)?(?:opentelemetry-|openinference-)?instrumentation-/, '')
    .replace(/^@[\w.-]+\/([\w.-]+)-instrumentation$/, '$1')
    .replace(/^@([\w.-]+)\/(?:instrumentation|otel)$/, '$1');
}
