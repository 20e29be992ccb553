import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['stack/test/**/*.test.ts'],
    pool: 'forks',
    // One stack at a time: what is measured must not be disturbed by another.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
