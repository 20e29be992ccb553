import { describe, expect, test } from 'vitest';
import { type GivenOptions, parseOptions, UsageError } from '../cli/options.ts';
import type { ComposeFile } from '../compose/compose-file.ts';
import { StackSettings } from './addresses.ts';
import { CHECK_OPTIONS, type CheckSettings, settleCheckSettings } from './check-settings.ts';

const given = (args: readonly string[], environment: Record<string, string> = {}): GivenOptions =>
  parseOptions('check', CHECK_OPTIONS, args, environment);
const settle = (
  args: readonly string[],
  environment?: Record<string, string>,
  compose?: ComposeFile,
): CheckSettings => settleCheckSettings(given(args, environment), new StackSettings(compose));

const COMPOSE: ComposeFile = {
  name: 'stack',
  services: [
    {
      name: 'otel-collector',
      image: '',
      profiles: [],
      built: false,
      environment: {},
      memoryLimit: undefined,
      ports: [
        { host: '0.0.0.0', port: 14317, target: 4317, setting: 'OTLP_GRPC_PORT' },
        { host: '0.0.0.0', port: 18888, target: 8888, setting: 'COLLECTOR_METRICS_PORT' },
      ],
    },
    {
      name: 'grafana',
      image: '',
      profiles: [],
      built: false,
      environment: { GF_SECURITY_ADMIN_USER: 'root' },
      memoryLimit: undefined,
      ports: [{ host: '10.0.0.5', port: 13000, target: 3000, setting: 'GRAFANA_PORT' }],
    },
  ],
};

describe('settleCheckSettings', () => {
  test('without a compose file, its defaults on loopback', () => {
    const { endpoints, addresses, waitSeconds, skip, grafanaUser, json } = settle([]);
    expect(endpoints.map(({ protocol, url }) => [protocol, url])).toEqual([
      ['grpc', 'http://127.0.0.1:4317'],
      ['http', 'http://127.0.0.1:4318'],
    ]);
    expect(addresses).toEqual({
      'collector-health': 'http://127.0.0.1:13133/health',
      'collector-metrics': 'http://127.0.0.1:8888/metrics',
      jaeger: 'http://127.0.0.1:16686',
      tempo: 'http://127.0.0.1:3200',
      prometheus: 'http://127.0.0.1:9090',
      alertmanager: 'http://127.0.0.1:9093',
      grafana: 'http://127.0.0.1:3000',
      qdrant: 'http://127.0.0.1:6333',
    });
    expect({ waitSeconds, skip: [...skip], grafanaUser, json }).toEqual({
      waitSeconds: 60,
      skip: [],
      grafanaUser: 'admin',
      json: false,
    });
  });

  test('ports, address and user of the compose file', () => {
    const { endpoints, addresses, grafanaUser } = settle([], {}, COMPOSE);
    expect(endpoints.map(({ place }) => place)).toEqual(['127.0.0.1:14317', '127.0.0.1:4318']);
    expect(addresses['collector-metrics']).toBe('http://127.0.0.1:18888/metrics');
    expect(addresses.grafana).toBe('http://10.0.0.5:13000');
    expect(grafanaUser).toBe('root');
  });

  test('a collector elsewhere has its metrics and health there', () => {
    const { endpoints, addresses } = settle(['otel-collector:4317'], {}, COMPOSE);
    expect(endpoints).toEqual([
      { protocol: 'grpc', url: 'http://otel-collector:4317', place: 'otel-collector:4317' },
    ]);
    expect(addresses['collector-metrics']).toBe('http://otel-collector:8888/metrics');
    expect(addresses['collector-health']).toBe('http://otel-collector:13133/health');
    expect(addresses.jaeger).toBe('http://127.0.0.1:16686');
  });

  test('an option wins over the environment, an empty variable counts as unset', () => {
    const environment = {
      STACK_JAEGER_URL: 'http://env:1',
      STACK_TEMPO_URL: 'http://env:2/tempo/',
      STACK_QDRANT_URL: '',
      STACK_CHECK_WAIT: '7',
    };
    const { addresses, waitSeconds, skip, json } = settle(
      ['--jaeger', 'http://option:1', '--skip', 'grafana, qdrant', '--json', 'a:4317', 'http://a:4318'],
      environment,
    );
    expect(addresses).toMatchObject({
      jaeger: 'http://option:1',
      tempo: 'http://env:2/tempo',
      qdrant: 'http://127.0.0.1:6333',
    });
    expect({ waitSeconds, skip: [...skip], json }).toEqual({
      waitSeconds: 7,
      skip: ['grafana', 'qdrant'],
      json: true,
    });
  });

  test.each([
    [['nowhere'], "the endpoint 'nowhere' names no port. Allowed are host:4317 (gRPC)"],
    [['a:4317', 'b:4317'], 'check takes one endpoint, or two of which one is gRPC and one HTTP'],
    [['a:4317', 'a:4318', 'http://b:1'], 'check takes one endpoint'],
    [['--wait', '0'], "--wait must be a whole number from 1 to 600, got '0'"],
    [['--wait', 'long'], "got 'long'"],
    [['--wait', '1e2'], "got '1e2'"],
    [['--skip', 'jaeger,loki'], "got 'loki'"],
    [
      ['--jaeger', 'jaeger:16686'],
      '--jaeger (STACK_JAEGER_URL) must be an http:// or https:// URL such as http://127.0.0.1:16686',
    ],
    [['--jaeger', 'nothing'], "got 'nothing'"],
    [['--qdrant', 'http://me:hunter22@host:1'], 'without password and query'],
    [['--tempo', 'http://host:1?key=hunter22'], 'without password and query'],
    [['--tmepo', 'http://host:1'], "Unknown option '--tmepo'; see npm run stack -- check --help"],
    [['--tempo'], "Option '--tempo <value>' argument missing"],
  ])('refuses %o', (args, problem) => {
    expect(() => settle(args)).toThrow(UsageError);
    expect(() => settle(args)).toThrow(problem);
    expect(() => settle(args)).not.toThrow('hunter22');
  });
});
