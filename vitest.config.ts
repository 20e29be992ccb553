import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{packages,examples,scripts,dashboards}/**/*.test.ts', 'stack/src/**/*.test.ts'],
    // The Grafana app has its own tool chain: `npm test` in its folder.
    exclude: ['**/node_modules/**', '**/dist/**', '**/browser-tests/**', 'packages/grafana-app/**'],
    // Real processes, sockets and signals: each file in a process of its own.
    pool: 'forks',
    // The SDK requires its metrics when they are switched on; from source that is a TypeScript file, which Node.js
    // before 22.18 loads only when told to.
    execArgv: process.features.typescript ? [] : ['--experimental-strip-types'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
