/** Files recorded of a real server, which are no part of the project: tests that need them are skipped without. */

export interface ReferenceFile {
  /** Undefined when the variable names none. */
  readonly path: string | undefined;
  /** For the name of the test that is skipped in their place; empty when there is a file. */
  readonly skipReason: string;
}

function reference(variable: string): ReferenceFile {
  const path = process.env[variable] || undefined;
  return { path, skipReason: path === undefined ? ` (skipped: ${variable} names no file)` : '' };
}

/** Exchanges, one JSON object a line. */
export const EXCHANGES = reference('QDRANT_EXCHANGES');
/** The server's OpenAPI description. */
export const OPENAPI = reference('QDRANT_OPENAPI');
/** What `GET /metrics` gave. */
export const METRICS_PAGE = reference('QDRANT_METRICS_PAGE');
