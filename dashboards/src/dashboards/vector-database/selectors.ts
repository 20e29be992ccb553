// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import { jaeger, traces } from '../link.ts';

/** What Qdrant prints, by node. */
export const NODE = 'job=~"$job", instance=~"$instance"';
/** Most families call the collection `id`, some `collection`. */
export const BY_ID = `${NODE}, id=~"$collection"`;

/** What clients measure. */
export const CLIENT =
  'db_system_name="qdrant", db_collection_name=~"$collection", deployment_environment_name=~"$environment", service_name=~"$service"';

/** Operations of clients that search; the server's are in `qdrant_search_latency_seconds`. */
export const SEARCHES = 'db_operation_name=~"(BATCH )?(query|search|recommend|discover)([A-Z_].*)?"';

/** The same in TraceQL. */
const CALLS =
  'span.db.system.name = "qdrant" && span.db.collection.name =~ "${collection:pipe}" && resource.service.name =~ "${service:pipe}"';
export const allCalls = traces(`{ ${CALLS} }`, 'Traces with calls to Qdrant');
export const SLOW_CALLS = `{ ${CALLS} && duration > \${slow:raw} }`;
export const slowCalls = traces(SLOW_CALLS, 'Traces with slow calls');
export const failedCalls = traces(`{ ${CALLS} && status = error }`, 'Traces with failed calls');
export const writes = traces(
  `{ ${CALLS} && span.db.operation.name =~ "upsert|delete.*|update.*|set.*|overwrite.*|batch.*" }`,
  'Traces with writes',
);
export const inJaeger = jaeger('/search?tags=%7B%22db.system.name%22%3A%22qdrant%22%7D&lookback=1h&limit=50');
