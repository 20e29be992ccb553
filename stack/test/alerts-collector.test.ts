/**
 * Alerts on the Collector and the way to the stores. Causes that need another configuration are made on further collectors
 * beside the stack's own: they disturb nobody, and all go on at once.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, it } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { builtProgram } from '../src/native/build-programs.ts';
import type { NativeService } from '../src/native/native-service.ts';
import type { AppName } from '../src/native/service-network.ts';
import { AlertProof, sideBySide, type Wanted } from './alert-proof.ts';
import { figures } from './figures.ts';
import { sendMetric, sendSpans } from './otlp-traffic.ts';

const record = figures('Alerts on the Collector');
const PLACES = { small: 'app', large: 'typescript-service', deciding: 'llm-router' } as const;
const SETTINGS = { METRICS_FLUSH_INTERVAL: '1s', DECISION_WAIT: '2s', DECISION_WAIT_AFTER_ROOT: '1s' };
const TWO_HOURS_MILLIS = 7_200_000;
const MIB = 1024 * 1024;

type Place = keyof typeof PLACES;

let proof: AlertProof;
let folder: string;
let wanted = true;
let traffic: Promise<unknown>;
const further = {} as Record<Place, NativeService>;

/** The shipped configuration, or changed. */
function configure(place: Place, change: (config: Document) => void = () => {}): void {
  const config = parseDocument(readFileSync(proof.collectorConfig, 'utf8'));
  change(config);
  writeFileSync(join(folder, place, 'config.yaml'), config.toString({ lineWidth: 0 }));
}

async function restart(place: Place, change?: (config: Document) => void): Promise<void> {
  configure(place, change);
  await further[place].stop('SIGKILL');
  await further[place].start();
}

function startFurther(place: Place): Promise<NativeService> {
  mkdirSync(join(folder, place));
  configure(place);
  const at: AppName = PLACES[place];
  return proof.stack.startApp([builtProgram('otelcol'), `--config=${join(folder, place, 'config.yaml')}`], {
    at,
    healthUrl: 'http://127.0.0.1:13133/health',
    environment: {
      ...SETTINGS,
      QUEUE_DIRECTORY: join(folder, place, 'queue'),
      COLLECTOR_INSTANCE_ID: place,
      BASELINE_PERCENT: '1',
    },
  });
}

/** What is refused is no failure of the test: it is what it wants to see. */
async function send(service: NativeService, spans: number, name: string): Promise<void> {
  while (wanted) {
    const batch = Array.from({ length: spans }, () => ({}));
    await Promise.all([
      sendSpans(service.url(4318), batch, { resource: { 'service.name': name } }).catch(() => {}),
      delay(250),
    ]);
  }
}

/** The alert of a further collector. */
function of(place: Place, alertname: string): Wanted {
  return { alertname, instance: `${PLACES[place]}:8888` };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'uat-collectors-'));
  proof = new AlertProof(record, {
    services: ['jaeger', 'tempo', 'alertmanager', 'prometheus', 'otel-collector'],
    settings: { ...SETTINGS, QUEUE_SPANS: '3000' },
    changePrometheus: (config) => {
      const scraped = (job_name: string, ...targets: string[]): object => ({
        job_name,
        static_configs: [{ targets }],
      });
      config.set('scrape_configs', [
        scraped(
          'otel-collector',
          'otel-collector:8888',
          ...Object.values(PLACES).map((place) => `${place}:8888`),
        ),
        scraped('jaeger', 'jaeger:8888'),
        scraped('prometheus', 'localhost:9090'),
        scraped('alertmanager', 'alertmanager:9093'),
      ]);
    },
  });
  await proof.start();
  for (const place of Object.keys(PLACES) as Place[]) further[place] = await startFurther(place);
  traffic = Promise.all([
    send(proof.stack.collector, 100, 'main'),
    send(further.small, 1, 'small'),
    send(further.deciding, 100, 'deciding'),
  ]);
  await proof.stack.prometheus.waitFor('count(up == 1)', (count) => count === 7);
  await proof.stack.jaeger.waitFor((spans) => spans.length > 0, 'spans');
});
afterAll(async () => {
  wanted = false;
  await proof?.stop();
  await traffic;
  rmSync(folder, { recursive: true, force: true });
});

/** On the stack's own collector, one after the other. */
async function stores(): Promise<void> {
  const { jaeger, collector, tempo } = proof.stack;
  const exporter = { exporter: 'otlp_grpc/jaeger' };
  await proof.provoke(
    [
      'JaegerDown',
      { alertname: 'CollectorNotDelivering', ...exporter },
      { alertname: 'CollectorQueueNearlyFull', ...exporter },
    ],
    'kill a store, fill the queue',
    () => jaeger.stop('SIGKILL'),
    async () => {
      await proof.inhibited({ alertname: 'CollectorNotDelivering', ...exporter }, 'JaegerDown');
      await proof.inhibited({ alertname: 'CollectorQueueNearlyFull', ...exporter }, 'JaegerDown');
      // Seen when it is over: a decision is measured when it has been handed on.
      const slow = proof.provoke(
        [{ alertname: 'TailSamplingSlow', instance: 'otel-collector:8888' }],
        'fill: decisions wait for a full queue',
        undefined,
        () => {},
      );
      await jaeger.start();
      await slow;
    },
  );
  const config = join(dirname(proof.collectorConfig), '../../../../sinks/tempo/config.yaml');
  const good = readFileSync(config, 'utf8');
  const take = async (text: string): Promise<void> => {
    await tempo.stop('SIGKILL');
    writeFileSync(config, text);
    await tempo.start();
  };
  await proof.provoke(
    [{ alertname: 'CollectorLosingSpans', exporter: 'otlp_grpc/tempo', reason: 'send_failed' }],
    'fail: a store that does not know of traces',
    () => take(good.replace(/^ {4}traces:$/m, '    metrics:')),
    () => take(good),
  );
  await proof.provoke(
    [{ alertname: 'CollectorDown', instance: 'otel-collector:8888' }],
    'kill',
    () => collector.stop('SIGKILL'),
    () => collector.start(),
  );
}

it('fire in Alertmanager, and end', { timeout: 280_000 }, async () => {
  let old = true;
  await sideBySide(
    stores(),
    proof.provoke(
      [of('small', 'CollectorMemoryLimiterRefusing'), of('small', 'CollectorRefusingSpans')],
      'fill: a memory limit of 10 MiB',
      () =>
        restart('small', (config) => {
          config.setIn(['processors', 'memory_limiter', 'limit_mib'], 10);
          config.setIn(['processors', 'memory_limiter', 'spike_limit_mib'], 2);
        }),
      async () => {
        await proof.inhibited(of('small', 'CollectorRefusingSpans'), 'CollectorMemoryLimiterRefusing');
        await restart('small');
      },
    ),
    proof.provoke(
      [of('large', 'CollectorMemoryHigh')],
      'fill: 512 MiB of spans that wait for their decision, without a limit',
      async () => {
        await restart('large', (config) => {
          config.setIn(['processors', 'memory_limiter', 'limit_mib'], 4000);
          config.setIn(['processors', 'tail_sampling', 'decision_wait'], '10m');
          config.setIn(['processors', 'tail_sampling', 'decision_wait_after_root_received'], '10m');
        });
        // Where no processor looks for secrets, which would take minutes.
        const links = [{ attributes: { text: 'x'.repeat(8 * MIB) } }];
        for (let count = 0; count < 64; count++)
          await sendSpans(further.large.url(4318), [{ links }], { resource: { 'service.name': 'large' } });
      },
      () => restart('large'),
    ),
    // One after the other: a trace that is dropped early is never decided about, and no policy fails on it.
    (async () => {
      await proof.provoke(
        [of('deciding', 'TailSamplingPolicyErrors')],
        'fail: a policy that reads JSON where there is none',
        () =>
          restart('deciding', (config) =>
            config.addIn(
              ['processors', 'tail_sampling', 'policies'],
              config.createNode({
                name: 'broken',
                type: 'ottl_condition',
                ottl_condition: { error_mode: 'propagate', span: ['ParseJSON(span.name)["a"] == "b"'] },
              }),
            ),
          ),
        () => restart('deciding'),
      );
      await proof.provoke(
        [of('deciding', 'TailSamplingDroppingEarly')],
        'fill: room for 20 traces, and no waiting for more',
        () =>
          restart('deciding', (config) => {
            config.setIn(['processors', 'tail_sampling', 'num_traces'], 20);
            config.setIn(['processors', 'tail_sampling', 'block_on_overflow'], false);
          }),
        () => restart('deciding'),
      );
    })(),
    (async () => {
      const sent = (async () => {
        while (wanted && old) {
          await sendMetric(
            proof.stack.collector.url(4318),
            'proof.old',
            {},
            Date.now() - TWO_HOURS_MILLIS,
          ).catch(() => {});
          await delay(250);
        }
      })();
      await proof.provoke(
        ['CollectorLosingMetrics', 'PrometheusRefusingOldSamples'],
        'metrics of two hours ago',
        undefined,
        () => (old = false),
      );
      await sent;
    })(),
  );
  proof.expectProven('collector');
});
