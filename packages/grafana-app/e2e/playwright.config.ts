import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginOptions } from '@grafana/plugin-e2e';
import { defineConfig, devices } from '@playwright/test';

const { GRAFANA_URL, GRAFANA_USER = 'admin', GRAFANA_PASSWORD = '' } = process.env;
const here = dirname(fileURLToPath(import.meta.url));
const plugin = `${here}/../node_modules/@grafana/plugin-e2e/dist`;

/** On a real Grafana that has the plugin: GRAFANA_URL, GRAFANA_USER (default admin), GRAFANA_PASSWORD. */
export default defineConfig<PluginOptions>({
  testDir: here,
  outputDir: `${here}/../test-results`,
  forbidOnly: true,
  retries: 1,
  workers: 1,
  reporter: [['list'], ['html', { open: 'never', outputFolder: `${here}/../playwright-report` }]],
  use: {
    baseURL: GRAFANA_URL ?? 'http://localhost:3000',
    trace: 'retain-on-failure',
    user: { user: GRAFANA_USER, password: GRAFANA_PASSWORD },
    grafanaAPICredentials: { user: GRAFANA_USER, password: GRAFANA_PASSWORD },
  },
  projects:
    GRAFANA_URL === undefined
      ? [{ name: 'skipped' }]
      : [
          { name: 'sign-in', testDir: `${plugin}/auth`, testMatch: [/.*\.js/] },
          {
            name: 'chromium',
            use: {
              ...devices['Desktop Chrome'],
              storageState: `${here}/../playwright/.auth/${GRAFANA_USER}.json`,
            },
            dependencies: ['sign-in'],
          },
        ],
});
