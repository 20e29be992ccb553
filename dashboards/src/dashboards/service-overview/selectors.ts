// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import { jaeger, traces } from '../link.ts';

/** Of everything that carries the resource of a service: one service, in the chosen environments. */
export const SERVICE = 'deployment_environment_name=~"$environment", service_name="$service"';
/** Requests and messages that it is given. */
export const SERVED = `${SERVICE}, span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"`;

/** The same in TraceQL. */
export const OWN_SPANS = 'resource.service.name = "${service:percentencode}"';
export const SERVED_SPANS = `${OWN_SPANS} && (kind = server || kind = consumer)`;

export const allTraces = traces(`{ ${SERVED_SPANS} }`);
export const failedTraces = traces(`{ ${SERVED_SPANS} && status = error }`, 'Failed traces');
export const slowTraces = traces(`{ ${SERVED_SPANS} && duration > 500ms }`, 'Slow traces');
export const inJaeger = jaeger('/search?service=${service:percentencode}&lookback=1h&limit=50');
