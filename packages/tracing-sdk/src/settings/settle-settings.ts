import type { Attributes, TextMapPropagator } from '@opentelemetry/api';
import type { Instrumentation, SpanExporter, SpanProcessor } from '../otel-contract.ts';
import type { LogLevel, PresetName, PropagatorName, TracingOptions } from '../types.ts';
import { settleBatch, settleSpanLimits } from './bounds.ts';
import { ConfigurationError } from './configuration-error.ts';
import { createEnvironment, parsePairs } from './environment.ts';
import { settleMetrics } from './metrics-settings.ts';
import { checkOptionNames, isObject } from './option-names.ts';
import { createOptionValues, hasFunctions } from './option-values.ts';
import { settleOtlpConnection } from './otlp-connection.ts';
import { PRESET_NAMES, PRESETS } from './presets.ts';
import { createProblems, quote } from './problems.ts';
import { PROPAGATOR_NAMES } from './propagator.ts';
import { settleSampling } from './sampling-plan.ts';
import { settleServiceName } from './service-name.ts';
import type { Setting, Settings } from './settings.ts';

const DEFAULT_HEALTH_ROUTES = Object.freeze(['/health', '/healthz', '/livez', '/readyz', '/metrics']);
const EXPORTERS = ['otlp', 'console', 'none'] as const;
const LOG_LEVELS: readonly LogLevel[] = ['none', 'error', 'warn', 'info', 'debug'];

/**
 * What applies: an option in code, else the standard variable, else the preset, else the default; each with its source.
 *
 * @param directory of the app, where its package.json is looked for.
 * @throws ConfigurationError with every problem, unless this is production: then they become `warnings` and the safe
 *   choice applies.
 */
export function settleSettings(
  serviceName: string | undefined,
  givenOptions: TracingOptions,
  variables: Readonly<Record<string, string | undefined>>,
  directory: string,
): Settings {
  const problems = createProblems();
  const environment = createEnvironment(variables, problems);
  const values = createOptionValues(problems);
  if (givenOptions !== undefined && !isObject(givenOptions)) {
    problems.wrong(`the options are ${quote(givenOptions)}; they must be an object.`, 'no options');
  }
  const options: TracingOptions = isObject(givenOptions) ? givenOptions : {};
  checkOptionNames(options, problems);

  const resource = settleResource();
  const name = settleServiceName(serviceName, environment, resource, directory, problems);
  const production = productionEnvironment(variables, resource.value);
  const preset = settlePreset();
  const inProduction =
    production !== undefined || preset.value === 'production' || preset.value === 'collector';
  const sampling = settleSampling(options, preset.value, values, environment, problems);
  const connection = settleOtlpConnection('traces', options, values, environment, problems);
  const exporter = settleExporter();

  const settings: Omit<Settings, 'warnings' | 'inProduction'> = {
    serviceName: name,
    disabled: environment.isTrue('OTEL_SDK_DISABLED')
      ? { value: true, source: 'OTEL_SDK_DISABLED=true' }
      : { value: preset.value === 'off', source: preset.source },
    preset,
    sampling,
    healthRoutes: values.arrayOf<string>(
      'healthRoutes',
      options.healthRoutes,
      "paths such as '/health'",
      isPath,
    ) ?? {
      value: DEFAULT_HEALTH_ROUTES,
      source: 'default',
    },
    ...connection,
    endpoint: connection.endpoint ?? { value: '', source: 'unusable' },
    exporter,
    spanProcessors: values.arrayOf<SpanProcessor>(
      'spanProcessors',
      options.spanProcessors,
      'span processors (onStart, onEnd, forceFlush, shutdown)',
      (item) => hasFunctions(item, 'onStart', 'onEnd', 'forceFlush', 'shutdown'),
    ) ?? { value: [], source: 'default' },
    instrumentations: values.arrayOf<'auto' | Instrumentation>(
      'instrumentations',
      options.instrumentations,
      "'auto' and instrumentation objects (enable, disable, setTracerProvider)",
      (item) => item === 'auto' || hasFunctions(item, 'enable', 'disable', 'setTracerProvider'),
    ) ?? { value: ['auto'], source: 'default' },
    disabledInstrumentations: environment.list('OTEL_NODE_DISABLED_INSTRUMENTATIONS') ?? {
      value: [],
      source: 'default',
    },
    propagators: settlePropagators(),
    resourceAttributes: { ...resource, value: { ...resource.value, 'service.name': name.value } },
    spanLimits: settleSpanLimits(options.spanLimits, values, environment),
    batch: settleBatch(
      options.batch,
      PRESETS[preset.value].scheduledDelayMillis,
      preset,
      values,
      environment,
    ),
    exitTimeoutMillis: values.number('exitTimeoutMillis', options.exitTimeoutMillis, 0, 600_000) ?? {
      value: 2000,
      source: 'default',
    },
    redaction:
      options.redaction === false
        ? { value: false, source: 'option redaction' }
        : (values.object('redaction', options.redaction, 'an object, or false') ?? {
            value: {},
            source: 'default',
          }),
    logLevel: settleLogLevel(),
    metrics: settleMetrics(options, values, environment, problems),
  };

  if (problems.found.length > 0 && !inProduction) {
    throw new ConfigurationError(problems.found.map(({ sentence }) => sentence));
  }
  return Object.freeze({
    ...settings,
    inProduction,
    warnings: [
      ...problems.found.map(
        ({ sentence, insteadInProduction }) => `${sentence} In force instead: ${insteadInProduction}.`,
      ),
      ...problems.notices,
    ],
  });

  function settleResource(): Setting<Attributes> {
    const variable = environment.text('OTEL_RESOURCE_ATTRIBUTES');
    const fromVariable = variable === undefined ? {} : parsePairs(variable, problems);
    const fromOption = values.object<Attributes>(
      'resourceAttributes',
      options.resourceAttributes,
      'an object of attributes',
    );
    const sources = [fromOption?.source, variable?.source].filter((source) => source !== undefined);
    return { value: { ...fromVariable, ...fromOption?.value }, source: sources.join(', ') || 'default' };
  }

  function settlePreset(): Setting<PresetName> {
    const chosen =
      values.oneOf('preset', options.preset, PRESET_NAMES) ??
      environment.oneOf(PRESET_NAMES, 'UAT_TRACING_PRESET');
    if (chosen !== undefined) return chosen;
    const given = options.preset ?? environment.text('UAT_TRACING_PRESET');
    if (production !== undefined) return { value: 'production', source: production };
    // Somebody asked for a preset that does not exist: whether to throw is up to the environment, which is no production.
    return {
      value: 'development',
      source: given === undefined ? 'default' : 'default, the one asked for does not exist',
    };
  }

  function settleExporter(): Settings['exporter'] {
    const option: unknown = options.exporter;
    if (hasFunctions(option, 'export', 'shutdown'))
      return { value: option as SpanExporter, source: 'option exporter' };
    if (typeof option === 'object' && option !== null) {
      problems.wrong(
        `option exporter is ${quote(option)} without the functions export and shutdown; pass ${EXPORTERS.map(quote).join(', ')} or a span exporter.`,
        'no export',
      );
      return { value: 'none', source: 'option exporter (unusable)' };
    }
    const chosen: Settings['exporter'] = values.oneOf('exporter', option, EXPORTERS) ??
      environment.oneOf(EXPORTERS, 'OTEL_TRACES_EXPORTER') ?? { value: 'otlp', source: 'default' };
    if (chosen.value === 'otlp' && connection.endpoint === undefined)
      return { value: 'none', source: 'unusable endpoint' };
    return chosen;
  }

  function settlePropagators(): Settings['propagators'] {
    const option: unknown = options.propagators;
    const source = 'option propagators';
    if (hasFunctions(option, 'inject', 'extract', 'fields'))
      return { value: option as TextMapPropagator, source };
    const isName = (item: unknown): boolean => PROPAGATOR_NAMES.includes(item as PropagatorName);
    const fromOption = values.arrayOf<PropagatorName>(
      'propagators',
      option,
      PROPAGATOR_NAMES.map(quote).join(', '),
      isName,
    );
    if (fromOption !== undefined) return fromOption;
    const variable = environment.list('OTEL_PROPAGATORS');
    if (variable !== undefined) {
      const names = variable.value.map((item) => item.toLowerCase());
      if (names.every(isName))
        return { value: [...new Set(names as PropagatorName[])], source: variable.source };
      problems.wrong(
        `OTEL_PROPAGATORS is ${quote(variable.value.join(','))}; allowed are ${PROPAGATOR_NAMES.join(', ')}.`,
        'tracecontext,baggage',
      );
    }
    return { value: ['tracecontext', 'baggage'], source: 'default' };
  }

  function settleLogLevel(): Setting<LogLevel> {
    const option = values.oneOf('logLevel', options.logLevel, LOG_LEVELS);
    if (option !== undefined) return option;
    const variable = environment.text('OTEL_LOG_LEVEL');
    const level = variable?.value.toLowerCase();
    // The specification's further names.
    if (level === 'verbose' || level === 'all') return { value: 'debug', source: 'OTEL_LOG_LEVEL' };
    if (LOG_LEVELS.includes(level as LogLevel)) return { value: level as LogLevel, source: 'OTEL_LOG_LEVEL' };
    if (variable !== undefined) {
      problems.notice(
        `OTEL_LOG_LEVEL is ${quote(variable.value)}; allowed are ${LOG_LEVELS.join(', ')}. In force: info.`,
      );
    }
    return { value: 'info', source: 'default' };
  }
}

/** What says that this is production, in words; undefined when nothing does. */
function productionEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  resource: Readonly<Record<string, unknown>>,
): string | undefined {
  const says = (value: unknown): boolean =>
    typeof value === 'string' && /^prod(uction)?$/i.test(value.trim());
  if (says(variables.NODE_ENV)) return `NODE_ENV=${variables.NODE_ENV}`;
  for (const key of ['deployment.environment.name', 'deployment.environment']) {
    if (says(resource[key])) return `${key}=${resource[key]}`;
  }
  return undefined;
}

function isPath(item: unknown): boolean {
  return typeof item === 'string' && item.startsWith('/');
}
