/** What a collection is set to: the server's defaults, and what the user gives in their place. */
import { FormatError, readUint, wrongType } from '../format-error.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { invalid } from '../server-error.ts';

// As config/config.yaml of the server has them.
const DEFAULTS = {
  hnsw_config: {
    m: 16,
    ef_construct: 100,
    full_scan_threshold: 10_000,
    max_indexing_threads: 0,
    on_disk: false,
  },
  optimizers_config: {
    deleted_threshold: 0.2,
    vacuum_min_vector_number: 1000,
    default_segment_number: 2,
    max_segment_size: null,
    memmap_threshold: null,
    indexing_threshold: 10_000,
    flush_interval_sec: 5,
    max_optimization_threads: null,
    prevent_unoptimized: null,
  },
  wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0, wal_retain_closed: 1 },
} as const;

const SETTINGS = ['hnsw_config', 'optimizers_config', 'wal_config'] as const;

export interface CollectionConfig {
  params: JsonObject;
  hnsw_config: JsonObject;
  optimizer_config: JsonObject;
  wal_config: JsonObject;
  quantization_config: Json;
  strict_mode_config?: Json;
  metadata?: Json;
}

/** @throws for values that are of the wrong type or out of range. */
export function newConfig(body: Record<string, unknown>): CollectionConfig {
  for (const name of SETTINGS) checkSettings(name, body[name]);
  for (const name of ['shard_number', 'replication_factor', 'write_consistency_factor'])
    if (readUint(body[name]) === 0) throw invalid('JSON body', name, 'value 0 invalid, must be 1 or larger');
  if (body.sharding_method === 'custom' && body.shard_number === undefined) body.shard_number = 1;
  const given = (name: string) => body[name] !== undefined && body[name] !== null;
  const config: CollectionConfig = {
    params: {
      ...(given('vectors') ? { vectors: body.vectors as Json } : {}),
      shard_number: (body.shard_number as number | undefined) ?? 1,
      ...(given('sharding_method') ? { sharding_method: body.sharding_method as Json } : {}),
      replication_factor: (body.replication_factor as number | undefined) ?? 1,
      write_consistency_factor: (body.write_consistency_factor as number | undefined) ?? 1,
      on_disk_payload: (body.on_disk_payload as boolean | undefined) ?? true,
      ...(given('sparse_vectors') ? { sparse_vectors: body.sparse_vectors as Json } : {}),
    },
    hnsw_config: overlaid(DEFAULTS.hnsw_config, body.hnsw_config),
    optimizer_config: overlaid(DEFAULTS.optimizers_config, body.optimizers_config),
    wal_config: overlaid(DEFAULTS.wal_config, body.wal_config),
    quantization_config: (body.quantization_config as Json | undefined) ?? null,
  };
  if (given('strict_mode_config')) config.strict_mode_config = body.strict_mode_config as Json;
  if (given('metadata')) config.metadata = body.metadata as Json;
  return config;
}

export function updateConfig(config: CollectionConfig, body: Record<string, unknown>): void {
  for (const name of SETTINGS) checkSettings(name, body[name]);
  checkSettings('params', body.params);
  config.hnsw_config = overlaid(config.hnsw_config, body.hnsw_config);
  config.optimizer_config = overlaid(config.optimizer_config, body.optimizers_config);
  config.params = overlaid(config.params, body.params);
  if (isObject(body.sparse_vectors)) {
    const old = isObject(config.params.sparse_vectors) ? config.params.sparse_vectors : {};
    config.params.sparse_vectors = { ...(old as JsonObject), ...(body.sparse_vectors as JsonObject) };
  }
  if (body.quantization_config !== undefined && body.quantization_config !== null)
    config.quantization_config =
      body.quantization_config === 'Disabled' ? null : (body.quantization_config as Json);
  if (isObject(body.strict_mode_config))
    config.strict_mode_config = overlaid(
      (config.strict_mode_config ?? {}) as JsonObject,
      body.strict_mode_config,
    );
  if (isObject(body.metadata))
    config.metadata = overlaid((config.metadata ?? {}) as JsonObject, body.metadata);
}

function checkSettings(name: string, settings: unknown): void {
  if (settings === undefined || settings === null) return;
  if (!isObject(settings)) throw wrongType(settings, `struct ${name}`, [name]);
  for (const [key, value] of Object.entries(settings)) {
    const number = typeof value === 'number';
    if (number && (value < 0 || (key !== 'deleted_threshold' && !Number.isInteger(value))))
      throw new FormatError(`invalid value: \`${value}\`, expected usize`, [name, key]);
  }
}

/** A setting of null leaves what there is. */
function overlaid(settings: object, changes: unknown): JsonObject {
  const given = isObject(changes) ? Object.entries(changes).filter(([, value]) => value !== null) : [];
  return { ...settings, ...(Object.fromEntries(given) as JsonObject) } as JsonObject;
}
