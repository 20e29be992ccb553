import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TracingOptions } from '../types.ts';
import { ConfigurationError } from './configuration-error.ts';
import { describeSettings, startLine } from './describe-settings.ts';
import type { Settings } from './settings.ts';
import { settleSettings } from './settle-settings.ts';

type Variables = Record<string, string | undefined>;
const EMPTY = mkdtempSync(join(tmpdir(), 'settings-'));
writeFileSync(join(EMPTY, 'package.json'), '{}');

const settle = (
  options: unknown = {},
  variables: Variables = {},
  name: string | undefined = 'checkout',
): Settings => settleSettings(name, options as TracingOptions, variables, EMPTY);

const PRODUCTION = { NODE_ENV: 'production' };
const exporter = { export() {}, async shutdown() {} };
const sampler = { shouldSample: () => ({ decision: 2 }) };
const propagator = { inject() {}, extract: (context: unknown) => context, fields: () => [] };

/** Setting, options, variables, value, source. */
type Case = [keyof Settings, object, Variables, unknown, string];

describe('where a setting comes from', () => {
  const cases: Case[] = [
    ['preset', {}, {}, 'development', 'default'],
    ['preset', {}, { NODE_ENV: 'production' }, 'production', 'NODE_ENV=production'],
    ['preset', {}, { NODE_ENV: 'test' }, 'development', 'default'],
    [
      'preset',
      {},
      { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod' },
      'production',
      'deployment.environment.name=prod',
    ],
    [
      'preset',
      { resourceAttributes: { 'deployment.environment.name': 'production' } },
      {},
      'production',
      'deployment.environment.name=production',
    ],
    ['preset', {}, { ...PRODUCTION, UAT_TRACING_PRESET: 'collector' }, 'collector', 'UAT_TRACING_PRESET'],
    ['preset', { preset: 'off' }, { UAT_TRACING_PRESET: 'collector' }, 'off', 'option preset'],
    ['disabled', {}, { OTEL_SDK_DISABLED: 'TRUE' }, true, 'OTEL_SDK_DISABLED=true'],
    ['disabled', {}, { OTEL_SDK_DISABLED: '1' }, false, 'default'],
    ['disabled', { preset: 'off' }, {}, true, 'option preset'],
    ['endpoint', {}, {}, 'http://localhost:4318/v1/traces', 'default'],
    [
      'endpoint',
      { endpoint: 'http://c:4318' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://d' },
      'http://c:4318/v1/traces',
      'option endpoint',
    ],
    ['endpoint', { endpoint: 'http://c:4318/v1/traces' }, {}, 'http://c:4318/v1/traces', 'option endpoint'],
    [
      'endpoint',
      {},
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' },
      'https://c/otlp/v1/traces',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    ],
    [
      'endpoint',
      {},
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://d' },
      'http://c:4318/',
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    ],
    ['endpoint', { protocol: 'grpc' }, {}, 'http://localhost:4317', 'default'],
    [
      'endpoint',
      { protocol: 'grpc' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'otel-collector:4317', OTEL_EXPORTER_OTLP_INSECURE: 'true' },
      'http://otel-collector:4317',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    ],
    [
      'endpoint',
      { protocol: 'grpc' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'otel-collector:4317' },
      'https://otel-collector:4317',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    ],
    ['endpoint', { endpoint: 'http://user:pass@c:4318' }, {}, 'http://c:4318/v1/traces', 'option endpoint'],
    [
      'headers',
      { endpoint: 'http://user:pass@c:4318' },
      {},
      { authorization: 'Basic dXNlcjpwYXNz' },
      'credentials in the endpoint',
    ],
    [
      'headers',
      { headers: { B: '2' } },
      { OTEL_EXPORTER_OTLP_HEADERS: 'a=1%202,b=1' },
      { a: '1 2', b: '2' },
      'OTEL_EXPORTER_OTLP_HEADERS, option headers',
    ],
    [
      'headers',
      {},
      { OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_HEADERS: 'b=1' },
      { a: '1' },
      'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    ],
    ['protocol', {}, {}, 'http/protobuf', 'default'],
    [
      'protocol',
      {},
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
      'http/json',
      'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    ],
    ['compression', {}, {}, 'gzip', 'default'],
    ['compression', {}, { OTEL_EXPORTER_OTLP_COMPRESSION: 'none' }, 'none', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
    ['timeoutMillis', {}, { OTEL_EXPORTER_OTLP_TIMEOUT: '500' }, 500, 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    ['timeoutMillis', { timeoutMillis: 7 }, { OTEL_EXPORTER_OTLP_TIMEOUT: '500' }, 7, 'option timeoutMillis'],
    [
      'tls',
      {},
      { OTEL_EXPORTER_OTLP_CERTIFICATE: '/c', OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: '/k' },
      { certificate: '/c', clientKey: '/k', clientCertificate: undefined },
      'OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY',
    ],
    ['exporter', {}, { OTEL_TRACES_EXPORTER: 'console' }, 'console', 'OTEL_TRACES_EXPORTER'],
    ['exporter', { exporter }, { OTEL_TRACES_EXPORTER: 'none' }, exporter, 'option exporter'],
    ['propagators', {}, {}, ['tracecontext', 'baggage'], 'default'],
    [
      'propagators',
      {},
      { OTEL_PROPAGATORS: 'b3,TraceContext,b3' },
      ['b3', 'tracecontext'],
      'OTEL_PROPAGATORS',
    ],
    ['propagators', { propagators: ['none'] }, { OTEL_PROPAGATORS: 'b3' }, ['none'], 'option propagators'],
    ['propagators', { propagators: propagator }, {}, propagator, 'option propagators'],
    [
      'resourceAttributes',
      { resourceAttributes: { b: 2 } },
      { OTEL_RESOURCE_ATTRIBUTES: 'a=x%2Cy,b=1' },
      { a: 'x,y', b: 2, 'service.name': 'checkout' },
      'option resourceAttributes, OTEL_RESOURCE_ATTRIBUTES',
    ],
    ['healthRoutes', { healthRoutes: [] }, {}, [], 'option healthRoutes'],
    [
      'disabledInstrumentations',
      {},
      { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg, http,' },
      ['pg', 'http'],
      'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    ],
    ['exitTimeoutMillis', {}, {}, 2000, 'default'],
    ['redaction', { redaction: false }, {}, false, 'option redaction'],
    ['logLevel', {}, { OTEL_LOG_LEVEL: 'VERBOSE' }, 'debug', 'OTEL_LOG_LEVEL'],
    ['logLevel', { logLevel: 'none' }, { OTEL_LOG_LEVEL: 'debug' }, 'none', 'option logLevel'],
    [
      'batch',
      {},
      {},
      {
        maxQueueSize: 32768,
        maxQueueBytes: 33554432,
        maxExportBatchSize: 512,
        scheduledDelayMillis: 200,
        exportTimeoutMillis: 30000,
        maxConcurrentExports: 8,
      },
      'preset development',
    ],
    [
      'batch',
      { batch: { maxQueueSize: 100 } },
      {
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_BSP_MAX_QUEUE_SIZE: '7',
        OTEL_BSP_EXPORT_TIMEOUT: '9',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '500',
      },
      {
        maxQueueSize: 100,
        maxQueueBytes: 33554432,
        maxExportBatchSize: 100,
        scheduledDelayMillis: 50,
        exportTimeoutMillis: 9,
        maxConcurrentExports: 8,
      },
      'option batch.maxQueueSize, OTEL_BSP_MAX_EXPORT_BATCH_SIZE, OTEL_BSP_SCHEDULE_DELAY, OTEL_BSP_EXPORT_TIMEOUT',
    ],
    [
      'spanLimits',
      { spanLimits: { eventCountLimit: 3 } },
      {
        OTEL_ATTRIBUTE_COUNT_LIMIT: '5',
        OTEL_SPAN_LINK_COUNT_LIMIT: '0',
        OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '10',
        OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '20',
        OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '1',
        OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '2',
      },
      {
        attributeCountLimit: 5,
        attributeValueLengthLimit: 10,
        eventCountLimit: 3,
        linkCountLimit: 0,
        attributePerEventCountLimit: 1,
        attributePerLinkCountLimit: 2,
      },
      'OTEL_ATTRIBUTE_COUNT_LIMIT, OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT, option spanLimits.eventCountLimit, OTEL_SPAN_LINK_COUNT_LIMIT, OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT, OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
    ],
  ];
  test.each(cases)('%s %o %o', (name, options, variables, value, source) => {
    expect(settle(options, variables)[name]).toEqual({ value, source });
  });

  const plan = (ratio: number, parentBased = true, maxTracesPerSecond?: number) => ({
    kind: 'threshold',
    ratio,
    parentBased,
    maxTracesPerSecond,
  });
  const sampling: [object, Variables, unknown, string][] = [
    [{}, {}, plan(1), 'preset development'],
    [{}, PRODUCTION, plan(0.1), 'preset production'],
    [{ preset: 'collector' }, PRODUCTION, plan(1), 'preset collector'],
    [{ preset: 'production', sampleRatio: 0.25 }, {}, plan(0.25), 'option sampleRatio'],
    [
      { maxTracesPerSecond: 50 },
      PRODUCTION,
      plan(0.1, true, 50),
      'preset production, option maxTracesPerSecond',
    ],
    [{ maxTracesPerSecond: 0 }, {}, plan(0), 'preset development, option maxTracesPerSecond'],
    [{}, { OTEL_TRACES_SAMPLER: 'always_off' }, plan(0, false), 'OTEL_TRACES_SAMPLER=always_off'],
    [{}, { OTEL_TRACES_SAMPLER: 'always_on' }, plan(1, false), 'OTEL_TRACES_SAMPLER=always_on'],
    [
      {},
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
      plan(0.5, false),
      'OTEL_TRACES_SAMPLER_ARG',
    ],
    [
      {},
      { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
      plan(0.5),
      'OTEL_TRACES_SAMPLER_ARG',
    ],
    [
      {},
      { OTEL_TRACES_SAMPLER: 'parentbased_always_on' },
      plan(1),
      'OTEL_TRACES_SAMPLER=parentbased_always_on',
    ],
    [{ sampleRatio: 0.2 }, { OTEL_TRACES_SAMPLER: 'always_on' }, plan(0.2), 'option sampleRatio'],
    [{ sampler }, {}, { kind: 'custom', sampler }, 'option sampler'],
  ];
  test.each(sampling)('sampling %o %o', (options, variables, value, source) => {
    expect(settle(options, variables).sampling).toMatchObject({ value, source });
  });
});

describe('the service name', () => {
  const app = mkdtempSync(join(tmpdir(), 'named-'));
  writeFileSync(join(app, 'package.json'), '{"name":"from-package"}');
  test.each([
    ['checkout', { OTEL_SERVICE_NAME: 'x' }, EMPTY, 'checkout', 'argument of initTracing'],
    [
      undefined,
      { OTEL_SERVICE_NAME: 'x', OTEL_RESOURCE_ATTRIBUTES: 'service.name=y' },
      EMPTY,
      'x',
      'OTEL_SERVICE_NAME',
    ],
    [undefined, { OTEL_RESOURCE_ATTRIBUTES: 'service.name=y' }, EMPTY, 'y', 'OTEL_RESOURCE_ATTRIBUTES'],
    [undefined, {}, join(app, 'src'), 'from-package', `name in ${join(app, 'package.json')}`],
  ])('%s %o', (argument, variables, directory, value, source) => {
    const settings = settleSettings(argument, {}, variables as Variables, directory);
    expect(settings.serviceName).toEqual({ value, source });
    expect(settings.resourceAttributes.value['service.name']).toBe(value);
  });
});

/** What is wrong, what the error says of it, and what applies in production instead. */
const WRONG: {
  options?: unknown;
  variables?: Variables;
  name?: unknown;
  says: RegExp;
  instead?: (s: Settings) => unknown;
  is?: unknown;
}[] = [
  {
    options: { sampleRatio: 7 },
    says: /sampleRatio is 7; it must be a number from 0 to 1/,
    instead: (s) => (s.sampling.value as { ratio: number }).ratio,
    is: 0.1,
  },
  {
    options: { sampleRatio: Number.NaN },
    says: /sampleRatio is NaN/,
    instead: (s) => (s.sampling.value as { ratio: number }).ratio,
    is: 0.1,
  },
  {
    options: { sampleRatio: '0.5' },
    says: /sampleRatio is '0.5'/,
    instead: (s) => (s.sampling.value as { ratio: number }).ratio,
    is: 0.1,
  },
  {
    options: { sampleRatio: 7, preset: 'collector' },
    variables: PRODUCTION,
    says: /sampleRatio/,
    instead: (s) => (s.sampling.value as { ratio: number }).ratio,
    is: 0.1,
  },
  {
    options: { preset: 'prod' },
    says: /preset is 'prod'; allowed are 'development', 'production', 'collector', 'off'/,
    instead: (s) => s.preset.value,
    is: 'production',
  },
  {
    variables: { UAT_TRACING_PRESET: 'everything' },
    says: /UAT_TRACING_PRESET is 'everything'; allowed are development, production, collector, off/,
    instead: (s) => s.preset.value,
    is: 'production',
  },
  {
    options: { endpoint: 'localhost:4318' },
    says: /endpoint is 'localhost:4318', which is no URL such as http:\/\/localhost:4318/,
    instead: (s) => s.exporter.value,
    is: 'none',
  },
  {
    options: { endpoint: 'http://h:99999' },
    says: /endpoint is 'http:\/\/h:99999'/,
    instead: (s) => s.exporter.value,
    is: 'none',
  },
  {
    variables: { OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://h' },
    says: /OTEL_EXPORTER_OTLP_ENDPOINT is 'ftp:\/\/h'/,
    instead: (s) => s.exporter.value,
    is: 'none',
  },
  { name: '', says: /service name is ''; it must be a text that is not empty/ },
  { name: '  ', says: /service name/ },
  { name: { preset: 'off' }, says: /service name is an object.*Options come second/ },
  { name: 5, says: /service name is 5/ },
  { options: { sampleRate: 0.1 }, says: /no option 'sampleRate'. Did you mean 'sampleRatio'\?/ },
  {
    options: { batch: { maxQueue: 1 } },
    says: /no option 'batch.maxQueue'. Did you mean 'batch.maxQueueSize'\?/,
  },
  {
    options: { batch: { maxQueueSize: -1 } },
    says: /batch.maxQueueSize is -1; it must be a number of at least 1/,
    instead: (s) => s.batch.value.maxQueueSize,
    is: 32768,
  },
  { options: { batch: 5 }, says: /batch is 5; it must be an object/ },
  { options: null, says: /options are null/ },
  { options: 'production', says: /options are 'production'/ },
  {
    options: { protocol: 'thrift' },
    says: /protocol is 'thrift'; allowed are 'http\/protobuf', 'http\/json', 'grpc'/,
  },
  {
    options: { exporter: {} },
    says: /exporter is an object without the functions export and shutdown/,
    instead: (s) => s.exporter.value,
    is: 'none',
  },
  {
    options: { sampler: {} },
    says: /sampler is an object/,
    instead: (s) => (s.sampling.value as { ratio: number }).ratio,
    is: 0.1,
  },
  {
    options: { instrumentations: ['http'] },
    says: /instrumentations is an array; it must be an array of 'auto'/,
  },
  { options: { healthRoutes: ['health'] }, says: /healthRoutes .* paths such as '\/health'/ },
  { options: { propagators: ['jaeger'] }, says: /propagators/ },
  { options: { headers: { 'bad name': 'x' } }, says: /the header 'bad name'/ },
  {
    options: { maxTracesPerSecond: -1 },
    says: /maxTracesPerSecond is -1/,
    instead: (s) => (s.sampling.value as { ratio: number }).ratio,
    is: 0.1,
  },
  {
    variables: { OTEL_TRACES_SAMPLER: 'xray' },
    says: /OTEL_TRACES_SAMPLER is 'xray'; allowed are always_on, always_off, traceidratio/,
    instead: (s) => (s.sampling.value as { ratio: number }).ratio,
    is: 0.1,
  },
  {
    variables: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10%' },
    says: /OTEL_TRACES_SAMPLER_ARG is '10%'/,
    instead: (s) => (s.sampling.value as { ratio: number }).ratio,
    is: 0.1,
  },
  {
    variables: { OTEL_BSP_MAX_QUEUE_SIZE: 'many' },
    says: /OTEL_BSP_MAX_QUEUE_SIZE is 'many', which is no number of at least 1/,
  },
  {
    variables: { OTEL_EXPORTER_OTLP_TIMEOUT: '3000000000' },
    says: /OTEL_EXPORTER_OTLP_TIMEOUT is '3000000000', which is no number from 1 to 2147483647/,
  },
  {
    variables: { OTEL_RESOURCE_ATTRIBUTES: 'a=1,nonsense' },
    says: /OTEL_RESOURCE_ATTRIBUTES: entry 2 of 2 is not key=value/,
    instead: (s) => s.resourceAttributes.value.a,
    is: '1',
  },
  {
    variables: { OTEL_PROPAGATORS: 'b3,ottrace' },
    says: /OTEL_PROPAGATORS is 'b3,ottrace'; allowed are tracecontext, baggage, b3, b3multi, none/,
  },
  {
    variables: { OTEL_TRACES_EXPORTER: 'zipkin' },
    says: /OTEL_TRACES_EXPORTER is 'zipkin'; allowed are otlp, console, none/,
  },
];

describe('wrong settings', () => {
  test.each(WRONG)(
    'outside production: an error. $options $variables $name',
    ({ options, variables, name, says }) => {
      const { NODE_ENV: _, ...rest } = variables ?? {};
      const run = () =>
        settle(
          options ?? (options === null ? null : {}),
          rest,
          name === undefined ? 'checkout' : (name as string),
        );
      if ((options as { preset?: string } | undefined)?.preset === 'collector')
        return expect(run().warnings.join()).toMatch(says);
      expect(run).toThrow(ConfigurationError);
      expect(run).toThrow(says);
    },
  );

  test.each(WRONG)(
    'in production: a warning, and the safe choice. $options $variables $name',
    ({ options, variables, name, says, instead, is }) => {
      const settings = settle(
        options ?? (options === null ? null : {}),
        { ...variables, ...PRODUCTION },
        name === undefined ? 'checkout' : (name as string),
      );
      expect(settings.warnings.join('\n')).toMatch(says);
      if (instead !== undefined) expect(instead(settings)).toEqual(is);
    },
  );

  test('every problem is in the one error', () => {
    const run = () =>
      settle({ sampleRatio: 7, preset: 'x', endpoint: ':' }, { OTEL_BSP_MAX_QUEUE_SIZE: 'y' });
    expect(run).toThrow(/4 settings are wrong/);
  });
});

describe('whatever is thrown at it', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.string(),
    fc.constantFrom(null, Number.NaN, '', [], {}, () => {}),
  );
  const optionNames = [
    'preset',
    'sampleRatio',
    'maxTracesPerSecond',
    'healthRoutes',
    'sampler',
    'endpoint',
    'headers',
    'protocol',
    'compression',
    'timeoutMillis',
    'exporter',
    'spanProcessors',
    'instrumentations',
    'propagators',
    'resourceAttributes',
    'spanLimits',
    'batch',
    'exitTimeoutMillis',
    'redaction',
    'logLevel',
  ];
  const variableNames = [
    'OTEL_SERVICE_NAME',
    'OTEL_RESOURCE_ATTRIBUTES',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    'OTEL_TRACES_SAMPLER',
    'OTEL_TRACES_SAMPLER_ARG',
    'OTEL_PROPAGATORS',
    'OTEL_BSP_SCHEDULE_DELAY',
    'OTEL_SPAN_EVENT_COUNT_LIMIT',
    'OTEL_SDK_DISABLED',
    'OTEL_LOG_LEVEL',
    'OTEL_TRACES_EXPORTER',
    'UAT_TRACING_PRESET',
  ];

  test('outside production only ConfigurationError is thrown, in production nothing', () => {
    fc.assert(
      fc.property(
        anything,
        fc.dictionary(fc.constantFrom(...optionNames), anything),
        fc.dictionary(fc.constantFrom(...variableNames), fc.string()),
        (name, options, variables) => {
          expect(() =>
            settleSettings(name as string, options as never, { ...variables, ...PRODUCTION }, EMPTY),
          ).not.toThrow();
          try {
            settleSettings(name as string, options as never, variables, EMPTY);
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigurationError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('credentials are in no error, no warning, no description and no start line', () => {
    const secret = fc.string({ unit: fc.constantFrom(...'abcdefXYZ0123'), minLength: 12, maxLength: 20 });
    fc.assert(
      fc.property(secret, fc.constantFrom('', '\n', ' \u0000', '%'), (value, spoiler) => {
        const variables = {
          ...PRODUCTION,
          OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${value}${spoiler},${value}`,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:${value}@host${spoiler === '' ? '' : ':99999'}`,
        };
        const settings = settle({ headers: { 'x-api-key': value + spoiler } }, variables);
        const said = [describeSettings(settings, []), startLine(settings), ...settings.warnings].join('\n');
        expect(said).not.toContain(value);
      }),
    );
  });
});

describe('in words', () => {
  test('describe names each setting with its value and its source', () => {
    const text = describeSettings(
      settle(
        { sampleRatio: 0.25, headers: { authorization: 'Bearer abc' } },
        { ...PRODUCTION, OTEL_BSP_SCHEDULE_DELAY: '300' },
      ),
      ['instrumentation, built in: fetch'],
    );
    for (const line of [
      /^service +checkout +argument of initTracing$/m,
      /^preset +production +NODE_ENV=production$/m,
      /^sampling +keeps 25 % of new traces, follows the caller's decision otherwise +option sampleRatio$/m,
      /^endpoint +http:\/\/localhost:4318\/v1\/traces +default$/m,
      /^headers +authorization \(values not shown\) +option headers$/m,
      /^batches +512 spans or 300 ms, 8 in flight +OTEL_BSP_SCHEDULE_DELAY$/m,
      /^instrumentation, built in: fetch$/m,
    ]) {
      expect(text).toMatch(line);
    }
  });

  test.each([
    [
      {},
      {},
      'tracing initialized: service=checkout preset=development ratio=1 endpoint=http://localhost:4318/v1/traces',
    ],
    [
      { maxTracesPerSecond: 5, exporter: 'console' },
      PRODUCTION,
      'tracing initialized: service=checkout preset=production ratio=0.1 limit=5/s exporter=console',
    ],
    [
      { exporter, sampler },
      {},
      'tracing initialized: service=checkout preset=development ratio=custom exporter=custom',
    ],
    [{}, { OTEL_SDK_DISABLED: 'true' }, 'tracing disabled: service=checkout (OTEL_SDK_DISABLED=true)'],
    [{ preset: 'off' }, {}, 'tracing disabled: service=checkout (option preset)'],
  ])('the start line of %o %o', (options, variables, line) => {
    expect(startLine(settle(options, variables))).toBe(line);
  });
});
