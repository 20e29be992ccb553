/** Files recorded of a real server, which are no part of the project: tests that need them are skipped without. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface ReferenceFile {
  /** Undefined when it is not there. */
  readonly path: string | undefined;
  /** For the names of tests. */
  readonly skipReason: string;
}

/** Named by the variable, or in a folder `shared` beside the checkout. */
function reference(variable: string, fallback: string): ReferenceFile {
  const beside = fileURLToPath(new URL(`../../../../shared/${fallback}`, import.meta.url));
  const path = process.env[variable] || (existsSync(beside) ? beside : undefined);
  return { path, skipReason: path === undefined ? ` (skipped: ${variable} names no file)` : '' };
}

export const EXCHANGES = reference('QDRANT_EXCHANGES', 'qdrant/exchanges-1.18.3.jsonl');
export const OPENAPI = reference('QDRANT_OPENAPI', 'qdrant/openapi-1.19.json');
export const METRICS_PAGE = reference('QDRANT_METRICS_PAGE', 'metrics/qdrant-1.18.3.txt');
