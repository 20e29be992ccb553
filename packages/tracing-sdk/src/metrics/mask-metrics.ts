import type { Attributes } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** The same metrics, with secrets in attributes masked as those of spans are. Changes the data points in place: they were made for this export. */
export function maskMetrics(
  collected: ResourceMetrics,
  mask: (attributes: Attributes) => Attributes,
): ResourceMetrics {
  for (const { metrics } of collected.scopeMetrics) {
    for (const { dataPoints } of metrics) {
      for (const point of dataPoints as { attributes: Attributes }[])
        point.attributes = mask(point.attributes);
    }
  }
  const attributes = mask(collected.resource.attributes as Attributes);
  if (attributes === collected.resource.attributes) return collected;
  return { ...collected, resource: { ...collected.resource, attributes } as ResourceMetrics['resource'] };
}
