/** `GET /telemetry`. */
import { arch, platform, totalmem } from 'node:os';
import type { Json, JsonObject } from '../json.ts';
import { processFigures } from '../metrics/process-figures.ts';
import type { StandInState } from './state.ts';

/** `level`: 0 says how many collections there are, 1 adds the process, 2 and more the collections. */
export function telemetry(state: StandInState, level: number): Json {
  const { id, name, version, startedAt } = state.identity;
  const figures = processFigures();
  return {
    id,
    app: {
      name,
      version,
      startup: startedAt.toISOString(),
      ...(level > 0
        ? {
            system: {
              distribution: platform(),
              distribution_version: null,
              is_docker: false,
              cores: null,
              ram_size: Math.round(totalmem() / 1024),
              disk_size: null,
              cpu_flags: arch(),
            },
          }
        : {}),
    },
    collections: {
      number_of_collections: state.collections.size,
      ...(level > 1 ? { collections: collections(state) } : {}),
    },
    ...(level > 0
      ? {
          cluster: { enabled: false },
          requests: { rest: { responses: responses(state) }, grpc: { responses: {} } },
          memory: {
            active_bytes: figures.activeBytes,
            allocated_bytes: figures.allocatedBytes,
            metadata_bytes: figures.metadataBytes,
            resident_bytes: figures.residentBytes,
            retained_bytes: figures.retainedBytes,
          },
          hardware: {
            collection_data: Object.fromEntries(
              [...state.hardware.entries()].map(([collection, usage]) => [collection, usage.toJSON()]),
            ),
          },
        }
      : {}),
  };
}

function collections(state: StandInState): Json[] {
  return [...state.collections].map((collection) => ({
    id: collection.name,
    init_time_ms: 0,
    config: collection.config as unknown as Json,
    shards: [
      {
        id: 0,
        key: null,
        local: {
          variant_name: 'local shard',
          status: 'green',
          total_optimized_points: 0,
          num_points: collection.points.count,
          num_vectors: collection.vectorCount,
          num_vectors_by_name: Object.fromEntries(
            [...collection.fields].map(([field, { count }]) => [field, count]),
          ),
        },
        remote: [],
        replicate_states: { [state.peerId]: 'Active' },
      },
    ],
    transfers: [],
    resharding: [],
  }));
}

function responses(state: StandInState): JsonObject {
  const byEndpoint: JsonObject = {};
  for (const { method, endpoint, status, durations } of state.statistics.series(false)) {
    const key = `${method} ${endpoint}`;
    byEndpoint[key] = {
      ...(byEndpoint[key] as JsonObject | undefined),
      [status]: {
        count: durations.count,
        avg_duration_micros: durations.average * 1e6,
        min_duration_micros: durations.min * 1e6,
        max_duration_micros: durations.max * 1e6,
        total_duration_micros: Math.round(durations.sum * 1e6),
        last_responded: new Date(durations.lastAt).toISOString(),
      },
    };
  }
  return byEndpoint;
}
