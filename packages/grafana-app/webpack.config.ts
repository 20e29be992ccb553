// The generated configuration of create-plugin, and what this plugin adds to it: dashboards, alert rules and recording rules
// as they are printed in the repository.
import path from 'node:path';
import CopyWebpackPlugin from 'copy-webpack-plugin';
import type { Configuration } from 'webpack';
import { merge } from 'webpack-merge';
import grafanaConfig, { type Env } from './.config/webpack/webpack.config.ts';
import { BundledLicences } from './build/bundled-licences.ts';
import { withRevision } from './build/dashboard-revision.ts';

const GENERATED = path.resolve(process.cwd(), '../../dashboards/generated');

/** JSX without `React` in scope: react/jsx-runtime is shared by Grafana as react is. */
function withAutomaticJsx(configuration: Configuration): Configuration {
  for (const rule of configuration.module?.rules ?? []) {
    if (typeof rule !== 'object' || rule === null || typeof rule.use !== 'object' || rule.use === null)
      continue;
    const { loader, options } = rule.use as { loader?: string; options?: { jsc?: Record<string, unknown> } };
    if (loader === 'swc-loader' && options?.jsc)
      options.jsc = { ...options.jsc, target: 'es2022', transform: { react: { runtime: 'automatic' } } };
  }
  return configuration;
}

export default async (env: Env): Promise<Configuration> =>
  merge(withAutomaticJsx(await grafanaConfig(env)), {
    // In bytes. Maps and dashboards are no code, and loaded when they are looked at.
    performance: {
      hints: env.production ? 'error' : false,
      maxEntrypointSize: 30 * 1024,
      maxAssetSize: 60 * 1024,
      assetFilter: (name) => name.endsWith('.js'),
    },
    resolve: { alias: { '@generated': GENERATED } },
    plugins: [
      new BundledLicences(),
      new CopyWebpackPlugin({
        patterns: [
          {
            from: '*.json',
            context: path.join(GENERATED, 'grafana'),
            to: 'dashboards',
            transform: (content) => withRevision(content.toString()),
          },
          {
            from: '*.yml',
            context: path.join(GENERATED, 'prometheus'),
            to: 'recording-rules',
            // Alerts of Prometheus would tell what those of the app tell.
            globOptions: { ignore: ['**/alerts-*.yml'] },
          },
        ],
      }),
    ],
  });
