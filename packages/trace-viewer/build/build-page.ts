import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/** Builds the page: script and style sheet as one file each, the document and the icon as they are. */
export async function buildPage(folder: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: { page: 'src/page/main.tsx' },
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2023', 'chrome120', 'firefox121', 'safari17.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  mkdirSync(folder, { recursive: true });
  for (const file of ['index.html', 'icon.svg']) copyFileSync(`src/page/${file}`, join(folder, file));
  writeNotices(Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs)));
}

/** Licences of the packages whose code is in the page. */
function writeNotices(inputs: readonly string[]): void {
  const folders = new Set(
    inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  const notices = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8');
    return `\n${'='.repeat(80)}\n${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  writeFileSync(
    NOTICES,
    `dist/page/page.js contains code of these packages. Written by \`npm run build\` (build/build-page.ts).\n${notices.join('')}`,
  );
}
