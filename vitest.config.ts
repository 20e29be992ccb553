import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{packages,examples,scripts}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Real processes, sockets and signals: each file in a process of its own.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
