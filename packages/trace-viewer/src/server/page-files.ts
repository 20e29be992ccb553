import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  readonly content: Buffer;
  readonly contentType: string;
}

/** What `npm run build` made of `src/page`, by path. */
export interface PageFiles {
  /** The one document; it finds its view by the address. */
  readonly document: PageFile;
  asset(path: string): PageFile | undefined;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Addresses of views. */
const VIEWS = /^\/(?:|trace\/[0-9a-f]{1,32}|compare\/[0-9a-f]{1,32}\/[0-9a-f]{1,32}|services|map|databases)$/;

export function isViewPath(path: string): boolean {
  return VIEWS.test(path);
}

/** @throws Error when the page has not been built */
export function readPageFiles(): PageFiles {
  // Beside us in the package; from source, where the build puts it.
  const folder = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? '../../dist/page/' : './page/', import.meta.url),
  );
  const files = new Map<string, PageFile>();
  try {
    for (const name of readdirSync(folder)) {
      const contentType = CONTENT_TYPES[extname(name)];
      if (contentType === undefined) continue;
      files.set(`/assets/${name}`, { content: readFileSync(`${folder}${name}`), contentType });
    }
  } catch (error) {
    throw new Error('the page has not been built: npm run build -w packages/trace-viewer', { cause: error });
  }
  const document = files.get('/assets/index.html');
  if (document === undefined) throw new Error(`the page's index.html is missing in ${folder}`);
  return { document, asset: (path) => files.get(path) };
}
