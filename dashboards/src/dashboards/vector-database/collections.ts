// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import type { Row } from '../dashboard.ts';
import { alerts, traces } from '../link.ts';
import { table, timeSeries } from '../panel.ts';
import { now, over } from '../query.ts';
import { alertAt } from '../thresholds.ts';
import { allCalls, BY_ID, CLIENT, SEARCHES, slowCalls, writes } from './selectors.ts';

const NONE = 'No collection';
const toId = (expr: string): string => `label_replace(${expr}, "id", "$1", "db_collection_name", "(.+)")`;
/** Of the server's: a collection each, whichever node has it. */
const sumById = (name: string): string => `sum by (id) (${name}{${BY_ID}})`;
/** A node counts what it leaves out once for each vector; other nodes have other points, or copies that `points` counts as well. */
const UNINDEXED = `sum by (id) (max by (job, instance, id) (qdrant_collection_indexed_only_excluded_points{${BY_ID}}))`;
const OF_ROW = 'span.db.system.name = "qdrant" && span.db.collection.name = "${__value.text:percentencode}"';

export const collections: Row = {
  title: 'Collections',
  panels: [
    table([130, 'Collections'], {
      width: 24,
      height: 8,
      shows:
        'Each collection: points on all chosen nodes (every replica counts), points without an index, optimizations under way, updates waiting; and what clients see: searches a second and their p95.',
      todo: 'A click on a name shows the traces of its slow searches. Unindexed points that stay: the optimizer is stuck or its thresholds are too high.',
      unit: 'short',
      thresholds: 'neither',
      queries: [
        now(sumById('qdrant_collection_points'), 'points'),
        now(UNINDEXED, 'unindexed'),
        now(sumById('qdrant_collection_running_optimizations'), 'optimizations'),
        now(sumById('qdrant_collection_update_queue_length'), 'updates'),
        now(
          `sum by (id) (${toId(`rate(db_client_operation_duration_seconds_count{${CLIENT}, ${SEARCHES}}[$__rate_interval])`)})`,
          'searches',
        ),
        now(
          `histogram_quantile(0.95, sum by (id, le) (${toId(`rate(db_client_operation_duration_seconds_bucket{${CLIENT}, ${SEARCHES}}[$__rate_interval])`)}))`,
          'p95',
        ),
      ],
      columns: [
        {
          field: 'id',
          title: 'Collection',
          unit: 'string',
          links: [
            traces(`{ ${OF_ROW} && duration > \${slow:raw} }`, 'Its slow searches'),
            traces(`{ ${OF_ROW} && status = error }`, 'Its failed calls'),
          ],
        },
        { field: 'points', title: 'Points', unit: 'short' },
        { field: 'unindexed', title: 'Without index', unit: 'short' },
        { field: 'optimizations', title: 'Optimizations', unit: 'short' },
        {
          field: 'updates',
          title: 'Updates waiting',
          unit: 'short',
          thresholds: alertAt('qdrantUpdateQueue'),
        },
        { field: 'searches', title: 'Searches', unit: 'reqps' },
        { field: 'p95', title: 'p95 at clients', unit: 's', thresholds: alertAt('clientSearch') },
      ],
      sortBy: 'Points',
      links: [slowCalls, allCalls],
      empty: NONE,
    }),
    timeSeries([131, 'Points by collection'], {
      width: 8,
      height: 8,
      shows: 'Points of the ten largest collections, on all chosen nodes.',
      todo: 'Grows without end: something is only ever added; delete what is old. Falls: look for the deletion in the traces with writes.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [over(`topk(10, ${sumById('qdrant_collection_points')})`, '{{id}}')],
      links: [writes],
      empty: NONE,
    }),
    timeSeries([132, 'Vectors by name'], {
      width: 8,
      height: 8,
      shows: 'Vectors by collection and name of the vector, the ten with the most.',
      todo: 'Fewer than points: points were written without this vector, and searches for it do not find them.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          'topk(10, sum by (collection, vector) (qdrant_collection_vectors{job=~"$job", instance=~"$instance", collection=~"$collection"}))',
          '{{collection}} {{vector}}',
        ),
      ],
      links: [writes],
      empty: NONE,
    }),
    timeSeries([133, 'Without index'], {
      width: 8,
      height: 8,
      shows:
        'Share of the points of a collection that have no vector index yet: searches scan them, or leave them out with indexed_only.',
      todo: 'Falls by itself after an import. Stays: see Optimizations; a collection below indexing_threshold never gets an index, and needs none.',
      unit: 'percentunit',
      thresholds: alertAt('qdrantUnindexed'),
      min: 0,
      max: 1,
      queries: [over(`topk(10, ${UNINDEXED} / (${sumById('qdrant_collection_points')} > 0))`, '{{id}}')],
      links: [slowCalls],
      empty: NONE,
    }),
    timeSeries('qdrantUpdates', {
      width: 8,
      height: 8,
      shows:
        'Updates that wait in the queue of a collection, and points that are written but cannot be found yet.',
      todo: 'Rises: writers are faster than the server. Batch, slow them down, or wait=true so that they wait.',
      unit: 'short',
      thresholds: alertAt('qdrantUpdateQueue'),
      min: 0,
      queries: [
        over(`topk(10, ${sumById('qdrant_collection_update_queue_length')})`, 'waiting {{id}}'),
        over(
          `topk(10, ${sumById('qdrant_collection_update_queue_deferred_points')})`,
          'not yet visible {{id}}',
        ),
      ],
      links: [writes, alerts('qdrant')],
      empty: NONE,
    }),
    timeSeries('qdrantOptimizer', {
      width: 8,
      height: 8,
      shows: 'Optimizations under way by collection: segments being merged and indexed.',
      todo: 'Comes and goes while there are writes. For hours without a pause: look for the error in the log of the node; not enough memory or disk to rebuild a segment, mostly.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [over(`topk(10, ${sumById('qdrant_collection_running_optimizations')})`, '{{id}}')],
      links: [slowCalls, alerts('qdrant')],
      empty: NONE,
    }),
    timeSeries([134, 'CPU by collection'], {
      width: 8,
      height: 8,
      shows: 'CPU that Qdrant counts for each collection, in its own units a second.',
      todo: 'Not seconds: compare collections with each other. The one on top is the first to get an index, quantization or a node of its own.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          `topk(10, sum by (id) (rate(qdrant_collection_hardware_metric_cpu{${BY_ID}}[$__rate_interval])))`,
          '{{id}}',
        ),
      ],
      links: [slowCalls],
      empty: NONE,
    }),
    timeSeries([135, 'Reads from storage by collection'], {
      width: 12,
      height: 8,
      shows: 'Bytes a second that searches read: vectors, payload, payload indexes.',
      todo: 'Payload far above vectors: answers carry too much payload, or filters run without a payload index.',
      unit: 'Bps',
      thresholds: 'neither',
      min: 0,
      queries: (['vector', 'payload', 'payload_index'] as const).map((part) =>
        over(
          `topk(5, sum by (id) (rate(qdrant_collection_hardware_metric_${part}_io_read{${BY_ID}}[$__rate_interval])))`,
          `${part.replace('_', ' ')} {{id}}`,
        ),
      ),
      links: [slowCalls],
      empty: NONE,
    }),
    timeSeries([136, 'Writes to storage by collection'], {
      width: 12,
      height: 8,
      shows: 'Bytes a second that are written: vectors, payload, payload indexes.',
      todo: 'Far more than the clients send: points are overwritten again and again; set_payload changes less.',
      unit: 'Bps',
      thresholds: 'neither',
      min: 0,
      queries: (['vector', 'payload', 'payload_index'] as const).map((part) =>
        over(
          `topk(5, sum by (id) (rate(qdrant_collection_hardware_metric_${part}_io_write{${BY_ID}}[$__rate_interval])))`,
          `${part.replace('_', ' ')} {{id}}`,
        ),
      ),
      links: [writes],
      empty: NONE,
    }),
  ],
};
