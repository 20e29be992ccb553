import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composeService } from './compose-service.ts';

/** Go modules that are built, each into the programs named. */
export const MODULES = {
  collector: {
    programs: ['otelcol'],
    packages: ['.'],
    tags: [],
    // Whose version is that of the image.
    versionedBy: 'github.com/open-telemetry/opentelemetry-collector-contrib/connector/spanmetricsconnector',
    version: () => composeService('otel-collector').tag,
    goVersion: (version: string) => `v${version}`,
  },
  prometheus: {
    programs: ['prometheus', 'promtool'],
    packages: [
      'github.com/prometheus/prometheus/cmd/prometheus',
      'github.com/prometheus/prometheus/cmd/promtool',
    ],
    tags: ['remove_all_sd'], // no discovery in clouds: a third of the code, and none of it is configured
    versionedBy: 'github.com/prometheus/prometheus',
    version: () => composeService('prometheus').tag.replace(/^v/, ''),
    // Prometheus 3.15.0 is the Go module v0.315.0.
    goVersion: (version: string) => {
      const [major, minor, patch] = version.split('.');
      return `v0.${Number(major) * 100 + Number(minor)}.${patch}`;
    },
  },
  alertmanager: {
    programs: ['alertmanager', 'amtool'],
    packages: [
      'github.com/prometheus/alertmanager/cmd/alertmanager',
      'github.com/prometheus/alertmanager/cmd/amtool',
    ],
    tags: [],
    versionedBy: 'github.com/prometheus/alertmanager',
    version: () => composeService('alertmanager').tag.replace(/^v/, ''),
    goVersion: (version: string) => `v${version}`,
  },
  telemetrygen: {
    programs: ['telemetrygen'],
    packages: ['github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen'],
    tags: [],
    versionedBy: 'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen',
    version: () => '0.155.0', // no part of the stack: the newest that builds outside of its repository
    goVersion: (version: string) => `v${version}`,
  },
} as const;

export type ModuleName = keyof typeof MODULES;
export type ProgramName = (typeof MODULES)[ModuleName]['programs'][number];

/** @returns the folder with the `go.mod` */
export function moduleFolder(name: ModuleName): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url));
}

/**
 * @returns the version to build, without `v`
 * @throws Error when go.mod names another version than compose.yaml: image and tests would be two programs
 */
export function moduleVersion(name: ModuleName): string {
  const { version, versionedBy, goVersion } = MODULES[name];
  const wanted = version();
  const goMod = readFileSync(`${moduleFolder(name)}/go.mod`, 'utf8');
  const line = goMod.split('\n').find((text) =>
    text
      .trim()
      .replace(/^require /, '')
      .startsWith(`${versionedBy} v`),
  );
  const pinned = /\s(v\S+)/.exec(line?.replace('require ', '').trim() ?? '')?.[1];
  if (pinned === goVersion(wanted)) return wanted;
  throw new Error(
    `compose.yaml wants ${name} ${wanted}, and stack/src/native/programs/${name}/go.mod has ${versionedBy} ${pinned}: ` +
      `run 'go get ${versionedBy}@${goVersion(wanted)}' there, or change the image's tag`,
  );
}
