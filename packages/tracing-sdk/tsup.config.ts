import { defineConfig, type Options } from 'tsup';
import { apiCompatibility } from './build/api-compatibility.ts';
import { thirdPartyNotices } from './build/third-party-notices.ts';

/** `npm start` needs no types and is quicker without. */
const withTypes = process.env.UAT_BUILD_TYPES !== 'false';

const common = {
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  splitting: false,
  // Everything is bundled: start-up time is file count. The API must be the app's own copy, gRPC is optional.
  noExternal: [/^(?!@opentelemetry\/api$|@grpc\/grpc-js$)/],
  external: ['@opentelemetry/api', '@grpc/grpc-js'],
} satisfies Options;

export default defineConfig([
  {
    ...common,
    entry: { index: 'src/index.ts' },
    dts: withTypes,
    esbuildPlugins: [apiCompatibility(), thirdPartyNotices()],
  },
  {
    ...common,
    entry: { register: 'src/register.ts' },
    dts: withTypes,
    esbuildPlugins: [
      {
        // `register` starts the same instance that the app imports.
        name: 'same-instance',
        setup(build) {
          build.onResolve({ filter: /^\.\/index\.ts$/ }, () => ({ path: './index.js', external: true }));
        },
      },
    ],
  },
  {
    // Loaded only where metrics are on: see src/metrics/load-metrics.ts.
    ...common,
    entry: { metrics: 'src/metrics/start-metrics.ts' },
    esbuildPlugins: [apiCompatibility(), thirdPartyNotices()],
  },
  { ...common, entry: { testing: 'src/testing.ts' }, dts: withTypes, esbuildPlugins: [apiCompatibility()] },
]);
