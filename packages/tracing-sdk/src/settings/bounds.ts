import type { BatchOptions, PresetName, SpanLimits } from '../types.ts';
import type { Environment } from './environment.ts';
import type { OptionValues } from './option-values.ts';
import type { Setting, Settings } from './settings.ts';

const KIB = 1024;
/** The longest time-out that a timer holds, about 25 days; a larger one would fire at once. */
export const MAX_INT32 = 2 ** 31 - 1;

/** Every number that bounds a batch or the queue, from options, variables and the preset. */
export function settleBatch(
  given: unknown,
  presetDelayMillis: number,
  preset: Setting<PresetName>,
  values: OptionValues,
  environment: Environment,
): Settings['batch'] {
  const options = values.object<BatchOptions>('batch', given, 'an object')?.value ?? {};
  const sources = new Set<string>();
  const settle = (name: keyof BatchOptions, least: number, fallback: number, variable?: string): number => {
    const setting =
      values.number(`batch.${name}`, options[name], least) ??
      (variable === undefined ? undefined : environment.number(least, variable));
    if (setting !== undefined) sources.add(setting.source);
    return Math.min(MAX_INT32, Math.floor(setting?.value ?? fallback));
  };
  const maxQueueSize = settle('maxQueueSize', 1, 32_768, 'OTEL_BSP_MAX_QUEUE_SIZE');
  const batch = {
    maxQueueSize,
    maxQueueBytes: settle('maxQueueBytes', KIB, 32 * KIB * KIB),
    // The specification: at most the queue's size.
    maxExportBatchSize: Math.min(
      maxQueueSize,
      settle('maxExportBatchSize', 1, 512, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
    ),
    scheduledDelayMillis: settle('scheduledDelayMillis', 0, presetDelayMillis, 'OTEL_BSP_SCHEDULE_DELAY'),
    exportTimeoutMillis: settle('exportTimeoutMillis', 1, 30_000, 'OTEL_BSP_EXPORT_TIMEOUT'),
    maxConcurrentExports: settle('maxConcurrentExports', 1, 8),
  };
  return { value: batch, source: [...sources].join(', ') || `preset ${preset.value}` };
}

/** What is cut from oversized spans. */
export function settleSpanLimits(
  given: unknown,
  values: OptionValues,
  environment: Environment,
): Settings['spanLimits'] {
  const options = values.object<SpanLimits>('spanLimits', given, 'an object')?.value ?? {};
  const sources = new Set<string>();
  const settle = (
    name: keyof SpanLimits,
    least: number,
    fallback: number,
    ...variables: string[]
  ): number => {
    const setting =
      values.number(`spanLimits.${name}`, options[name], least) ?? environment.number(least, ...variables);
    if (setting !== undefined) sources.add(setting.source);
    return setting?.value ?? fallback;
  };
  const limits = {
    attributeCountLimit: settle(
      'attributeCountLimit',
      0,
      128,
      'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
      'OTEL_ATTRIBUTE_COUNT_LIMIT',
    ),
    attributeValueLengthLimit: settle(
      'attributeValueLengthLimit',
      1,
      Number.POSITIVE_INFINITY,
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    ),
    eventCountLimit: settle('eventCountLimit', 0, 128, 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: settle('linkCountLimit', 0, 128, 'OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCountLimit: settle(
      'attributePerEventCountLimit',
      0,
      128,
      'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
    ),
    attributePerLinkCountLimit: settle(
      'attributePerLinkCountLimit',
      0,
      128,
      'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
    ),
  };
  return { value: limits, source: [...sources].join(', ') || 'default' };
}
