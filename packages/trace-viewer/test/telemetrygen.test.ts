/** OTLP/HTTP from a Go program that is not ours: the collector's load generator, at the version that the stack builds. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { builtProgram } from '../../../stack/src/native/build-programs.ts';
import { startTraceViewer } from '../src/start-trace-viewer.ts';

function telemetrygenPath(): string | undefined {
  try {
    return builtProgram('telemetrygen');
  } catch {
    return undefined;
  }
}
const path = telemetrygenPath();

test.skipIf(path === undefined)(
  `telemetrygen: every trace whole, with service, attributes and status${path === undefined ? ' (skipped: not built yet, npm run test:stack builds it)' : ''}`,
  async () => {
    const viewer = await startTraceViewer({ port: 0 });
    try {
      await promisify(execFile)(path as string, [
        'traces',
        '--otlp-http',
        '--otlp-insecure',
        '--otlp-endpoint',
        `127.0.0.1:${viewer.port}`,
        '--traces',
        '200',
        '--child-spans',
        '3',
        '--rate',
        '0',
        '--status-code',
        'Error',
        '--service',
        'load',
        '--telemetry-attributes',
        'shelf="front"',
      ]);
      const { spans } = await viewer.waitForTrace('service:load status:error shelf=front spans:4');
      expect(new Set(spans.map(({ name }) => name))).toEqual(
        new Set(['lets-go', 'okey-dokey-0', 'okey-dokey-1', 'okey-dokey-2']),
      );
      expect(viewer.status()).toMatchObject({ traces: 200, spans: 800, refused: 0, repeatedSpans: 0 });
    } finally {
      await viewer.close();
    }
  },
);
