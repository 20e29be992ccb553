import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const PAGE = fileURLToPath(new URL('page/', import.meta.url));
const CACHE = fileURLToPath(new URL('../node_modules/.cache/host-page/', import.meta.url));

/**
 * Every package in its CommonJS form: esbuild's interop of default imports breaks the ESM builds of @grafana/*, and one
 * form for all keeps one copy of each package.
 */
const commonJs: Plugin = {
  name: 'commonjs',
  setup(context) {
    context.onResolve({ filter: /^[^./]/ }, ({ path, kind, resolveDir, pluginData }) => {
      if (kind === 'require-call' || kind === 'entry-point' || pluginData === 'again') return undefined;
      return context.resolve(path, { kind: 'require-call', resolveDir, pluginData: 'again' });
    });
  },
};

/**
 * Bundles the page, with React and the real @grafana libraries. Kept until its sources or the libraries change.
 *
 * @returns the folder that holds `page.js`
 */
export async function buildPage(): Promise<string> {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of readdirSync(PAGE).sort()) hash.update(file).update(readFileSync(join(PAGE, file)));
  const lock = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  if (existsSync(lock)) hash.update(readFileSync(lock));
  const folder = join(CACHE, hash.digest('hex').slice(0, 16));
  if (existsSync(join(folder, 'page.js'))) return folder;
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: { page: join(PAGE, 'main.tsx') },
    outdir: folder,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'chrome120',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    loader: { '.ttf': 'empty', '.svg': 'text', '.woff2': 'dataurl' },
    plugins: [commonJs],
    logLevel: 'error',
  });
  return folder;
}

/** @returns path of SystemJS, or of one of its extras: `system.min.js`, `extras/amd.min.js` */
export function systemJs(file: string): string {
  const main = createRequire(import.meta.url).resolve('systemjs/package.json');
  return join(main, '../dist', file);
}

/** @returns the folder of the icons that @grafana/ui loads */
export function grafanaIcons(): string {
  const main = createRequire(import.meta.url).resolve('@grafana/ui/package.json');
  return join(main, '../dist/public/img');
}

/** Grafana's fonts, which no package of Grafana's holds: its names, and those of the packages that have them. */
const FONTS: Readonly<Record<string, string>> = {
  'fonts/inter/Inter-Regular.woff2': 'inter/files/inter-latin-400-normal.woff2',
  'fonts/inter/Inter-Medium.woff2': 'inter/files/inter-latin-500-normal.woff2',
  'fonts/inter/Inter-Italic.woff2': 'inter/files/inter-latin-400-italic.woff2',
  'fonts/inter/Inter-MediumItalic.woff2': 'inter/files/inter-latin-500-italic.woff2',
};
const MONOSPACE = 'roboto-mono/files/roboto-mono-latin-400-normal.woff2';

/** @returns path of a font that the page asks for, such as `fonts/inter/Inter-Regular.woff2` */
export function fontFile(path: string): string | undefined {
  if (!path.startsWith('fonts/')) return undefined;
  const file = FONTS[path] ?? (path.startsWith('fonts/roboto/') ? MONOSPACE : undefined);
  return file === undefined ? undefined : createRequire(import.meta.url).resolve(`@fontsource/${file}`);
}
