import { defineConfig } from 'vitest/config';

/** `npm run test:browser`: pages in a real Chromium, which `scripts/test-browser.mjs` sees to. */
export default defineConfig({
  test: {
    include: ['{packages,examples}/*/browser-tests/**/*.test.ts'],
    // Theirs need the stack's programs: `npm run test:plugin`.
    exclude: ['**/node_modules/**', 'packages/grafana-app/**'],
    pool: 'forks',
    // Each file has a Chromium of its own.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
