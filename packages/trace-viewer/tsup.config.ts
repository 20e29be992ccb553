import { defineConfig, type Options } from 'tsup';

/** `npm start` needs no types and is quicker without. */
const withTypes = process.env.UAT_BUILD_TYPES !== 'false';

const common = {
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  splitting: false,
} satisfies Options;

export default defineConfig([
  {
    ...common,
    entry: { index: 'src/index.ts', terminal: 'src/terminal.ts' },
    dts: withTypes && { resolve: ['@opentelemetry/api'] },
  },
  { ...common, entry: { cli: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' } },
]);
