/** Who is compared, and how each is switched on the way its own documentation says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BENCH_FOLDER } from './child.ts';
import type { PeerName } from './options.ts';

interface PeerFacts {
  /** The package whose version is shown. */
  readonly package: string;
  /** Modules given to `--import`, for an app that is not changed. */
  readonly preload?: string;
}

const FACTS: Readonly<Record<PeerName, PeerFacts>> = {
  uat: { package: '@uat/tracing-sdk', preload: '@uat/tracing-sdk/register' },
  'sdk-trace': { package: '@opentelemetry/sdk-trace' },
  'sdk-node': { package: '@opentelemetry/sdk-node', preload: './init.mjs' },
  'auto-instrumentations-node': {
    package: '@opentelemetry/auto-instrumentations-node',
    preload: '@opentelemetry/auto-instrumentations-node/register',
  },
  'vercel-otel': { package: '@vercel/otel', preload: './init.mjs' },
  'dd-trace': { package: 'dd-trace', preload: 'dd-trace/initialize.mjs' },
  sentry: { package: '@sentry/node', preload: './init.mjs' },
  elastic: { package: '@elastic/opentelemetry-node', preload: '@elastic/opentelemetry-node' },
};

export function peerFolder(peer: PeerName): string {
  return join(BENCH_FOLDER, 'peers', peer);
}

export function peerPackage(peer: PeerName): string {
  return FACTS[peer].package;
}

export function peerVersion(peer: PeerName): string {
  const path = join(peerFolder(peer), 'node_modules', FACTS[peer].package, 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** `@sentry/node 11.12.0`. */
export function peerLabel(peer: PeerName): string {
  return `${FACTS[peer].package} ${peerVersion(peer)}`;
}

/** `--import` with what switches it on; resolved from the peer's folder, which has to be the working directory. */
export function preloadArgs(peer: PeerName): string[] {
  const { preload } = FACTS[peer];
  return preload === undefined ? [] : ['--import', preload];
}

export function peerFile(peer: PeerName, file: string): string {
  return join(peerFolder(peer), file);
}

export function peerFileUrl(peer: PeerName, file: string): string {
  return pathToFileURL(peerFile(peer, file)).href;
}

/**
 * Traces only, to `sinkUrl`, and nothing that leaves this machine. Metrics, logs and cloud probes are switched off
 * for everyone: they would only make the others look worse. Each peer gets its own variables alone: dd-trace, for
 * one, reads `OTEL_TRACES_EXPORTER` too and then sends OTLP in place of its own format.
 */
export function peerEnvironment(peer: PeerName, sinkUrl: string): Record<string, string> {
  if (peer === 'dd-trace') {
    return {
      DD_SERVICE: 'bench',
      DD_TRACE_AGENT_URL: sinkUrl,
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      DD_RUNTIME_METRICS_ENABLED: 'false',
      DD_TRACE_STARTUP_LOGS: 'false',
    };
  }
  if (peer === 'sentry') return { BENCH_SENTRY_DSN: `http://public@${new URL(sinkUrl).host}/1` };
  return {
    OTEL_SERVICE_NAME: 'bench',
    OTEL_EXPORTER_OTLP_ENDPOINT: sinkUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,process,serviceinstance',
    ...(peer === 'elastic' ? { ELASTIC_OTEL_HOST_METRICS_DISABLED: 'true' } : {}),
    ...(peer === 'uat' ? { UAT_TRACING_PRESET: 'development' } : {}),
  };
}
