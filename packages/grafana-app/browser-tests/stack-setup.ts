import type { TestProject } from 'vitest/node';
import type { HostDataSource } from '../host/api/data-sources.ts';
import { startTracedStack } from './traced-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** In front of the real Prometheus, with traffic; Tempo and Jaeger do not answer. */
    readonly dataSources: readonly HostDataSource[];
  }
}

/** One stack for all tests in the browser: they read, and nobody writes. */
export default async function startStack(project: TestProject): Promise<() => Promise<void>> {
  const traced = await startTracedStack();
  project.provide('dataSources', traced.dataSources);
  return () => traced.stop();
}
