// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import { jaeger, traces } from '../link.ts';

/** Series with a service's name; `.*` for all of them. */
export const SERVICES = 'service_name=~"$service"';
/** Of the SDK's own metrics and of recorded ones that keep the environment. */
export const IN_ENVIRONMENT = `deployment_environment_name=~"$environment", ${SERVICES}`;

/** The same in TraceQL: names with a bar between them. */
export const OF_SERVICES = 'resource.service.name =~ "${service:pipe}"';

export const allTraces = traces(`{ ${OF_SERVICES} }`);
export const failedTraces = traces(`{ ${OF_SERVICES} && status = error }`, 'Failed traces');
export const slowTraces = traces(`{ ${OF_SERVICES} && duration > 1s }`, 'Slow traces');
export const inJaeger = jaeger('/search');
export const jaegerMap = jaeger('/dependencies', "Jaeger's own map");
