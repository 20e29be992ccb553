import { defineConfig } from 'tsup';

/** `npm start` needs no types and is quicker without. */
const withTypes = process.env.UAT_BUILD_TYPES !== 'false';

export default defineConfig({
  entry: ['src/index.ts'],
  // Both: the clients are installed in CommonJS apps too, and the SDK loads what it finds with `require`.
  format: ['esm', 'cjs'],
  target: 'node22',
  platform: 'node',
  splitting: false,
  clean: true,
  dts: withTypes,
  // The app's own copies: the one holds its tracer, the other hooks its modules.
  external: ['@opentelemetry/api', '@opentelemetry/instrumentation'],
});
