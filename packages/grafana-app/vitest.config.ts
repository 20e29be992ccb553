import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** `npm test` runs the first two; `npm run test:plugin`, in the repository's root, builds the app and runs all. */
export default defineConfig({
  resolve: {
    alias: { '@generated': path.resolve(import.meta.dirname, '../../dashboards/generated') },
  },
  test: {
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'unit', include: ['{src,build,scripts}/**/*.test.ts'] } },
      {
        extends: true,
        // What is built and what plugin.json says, and the host page's own parts.
        test: { name: 'build', include: ['{host,build-tests}/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['browser-tests/**/*.test.ts'],
          globalSetup: ['browser-tests/stack-setup.ts'],
          // One stack and one Chromium at a time.
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
