import { createHash } from 'node:crypto';

/**
 * Grafana overwrites a dashboard that it has imported from a plugin only where `revision` is another one. A part of the
 * hash of what it says is another one whenever that changes, and the same as long as it does not. 31 bits: Grafana reads it
 * as an integer.
 */
export function withRevision(text: string): string {
  const dashboard = JSON.parse(text) as Record<string, unknown>;
  delete dashboard.revision;
  const revision = createHash('sha256').update(JSON.stringify(dashboard)).digest().readUInt32BE() >>> 1;
  return `${JSON.stringify({ ...dashboard, revision })}\n`;
}
