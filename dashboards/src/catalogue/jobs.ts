/** The scrape jobs of the reference stack, as its Prometheus names them. */
export const JOBS = {
  collector: 'otel-collector',
  jaeger: 'jaeger',
  tempo: 'tempo',
  prometheus: 'prometheus',
  alertmanager: 'alertmanager',
  grafana: 'grafana',
  qdrant: 'qdrant',
} as const;

/** Every label of a series that Prometheus scrapes itself. */
export const SCRAPED = ['job', 'instance'] as const;

/**
 * What Prometheus makes of the resource of an OTLP metric: `job` from `service.namespace/service.name`, `instance`
 * from `service.instance.id`, and the promoted attributes (`otlp.promote_resource_attributes`).
 */
export const RESOURCE = [
  'job',
  'instance',
  'service_name',
  'service_namespace',
  'service_version',
  'service_instance_id',
  'deployment_environment_name',
] as const;
