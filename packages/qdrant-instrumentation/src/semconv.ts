/**
 * Names of what we record. The stable ones are copied from `@opentelemetry/semantic-conventions` 1.45 (a test compares
 * them), so that the package needs no copy of it at run time.
 */

// Stable: https://opentelemetry.io/docs/specs/semconv/database/database-spans/
export const ATTR_DB_SYSTEM_NAME = 'db.system.name';
export const ATTR_DB_COLLECTION_NAME = 'db.collection.name';
export const ATTR_DB_OPERATION_NAME = 'db.operation.name';
export const ATTR_DB_OPERATION_BATCH_SIZE = 'db.operation.batch.size';
export const ATTR_DB_QUERY_TEXT = 'db.query.text';
export const ATTR_DB_RESPONSE_STATUS_CODE = 'db.response.status_code';
export const ATTR_ERROR_TYPE = 'error.type';
export const ATTR_SERVER_ADDRESS = 'server.address';
export const ATTR_SERVER_PORT = 'server.port';
export const METRIC_DB_CLIENT_OPERATION_DURATION = 'db.client.operation.duration';

// In development.
export const ATTR_DB_RESPONSE_RETURNED_ROWS = 'db.response.returned_rows';
export const METRIC_DB_CLIENT_RESPONSE_RETURNED_ROWS = 'db.client.response.returned_rows';

/** "a custom value MUST be the name of the DBMS in lowercase and without a version" */
export const DB_SYSTEM_NAME_VALUE_QDRANT = 'qdrant';

// What only Qdrant has goes under `qdrant.`, as the conventions ask.
/** int: how many points at most the search, scroll or facet may give back. */
export const ATTR_LIMIT = 'qdrant.query.limit';
/** int: points in each group. */
export const ATTR_GROUP_SIZE = 'qdrant.query.group_size';
/** double. */
export const ATTR_SCORE_THRESHOLD = 'qdrant.query.score_threshold';
/** string: the named vector that is searched. */
export const ATTR_VECTOR_NAME = 'qdrant.query.vector_name';
/** string: `nearest`, `recommend`, `fusion` …; never what is searched for. */
export const ATTR_QUERY_KIND = 'qdrant.query.kind';
/** boolean: the request has a filter. */
export const ATTR_FILTERED = 'qdrant.query.filtered';
/** int: first-stage queries. */
export const ATTR_PREFETCHES = 'qdrant.query.prefetches';
/** boolean. */
export const ATTR_EXACT = 'qdrant.query.exact';
/** int. */
export const ATTR_HNSW_EF = 'qdrant.query.hnsw_ef';
/** boolean: the points' payload was asked for, all or some of it. */
export const ATTR_WITH_PAYLOAD = 'qdrant.query.with_payload';
/** boolean: the points' vectors were asked for, all or some of them. */
export const ATTR_WITH_VECTOR = 'qdrant.query.with_vector';
/** string: `majority`, `quorum`, `all` or a number of replicas. */
export const ATTR_CONSISTENCY = 'qdrant.read.consistency';
/** boolean: the call waits until the change is applied. */
export const ATTR_WAIT = 'qdrant.write.wait';
/** string: `weak`, `medium` or `strong`. */
export const ATTR_ORDERING = 'qdrant.write.ordering';
/** int: points that the request names, by id or in full. */
export const ATTR_POINTS = 'qdrant.request.points';
/** int: HTTP requests of the call, where it makes more than one. */
export const ATTR_REQUESTS = 'qdrant.request.count';
/** double, seconds: the `time` that the server says it took. */
export const ATTR_SERVER_DURATION = 'qdrant.server.duration';
/** string: `acknowledged`, `completed` or `wait_timeout`, which comes inside a 200. */
export const ATTR_UPDATE_STATUS = 'qdrant.update.status';
/** double. */
export const ATTR_SCORE_MIN = 'qdrant.response.score_min';
/** double. */
export const ATTR_SCORE_MAX = 'qdrant.response.score_max';
/** double, seconds: what the server asked for with a 429. */
export const ATTR_RETRY_AFTER = 'qdrant.response.retry_after';
/** int; `cpu`, `payload_io_read` and so on follow. */
export const ATTR_USAGE_PREFIX = 'qdrant.usage.';
/** string[]. */
export const ATTR_INFERENCE_MODELS = 'qdrant.usage.inference_models';
/** int: of all models together. */
export const ATTR_INFERENCE_TOKENS = 'qdrant.usage.inference_tokens';
/** double, seconds: of one request among several. */
export const ATTR_REQUEST_DURATION = 'qdrant.request.duration';

/** Span event: one of several requests that the call makes has been answered. */
export const EVENT_REQUEST = 'qdrant.request';
