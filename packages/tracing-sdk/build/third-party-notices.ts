import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const OUTPUT = 'THIRD-PARTY-NOTICES.txt';

interface Manifest {
  name: string;
  version: string;
  license?: string;
}

/** Of every build so far: each writes the whole file anew. */
const folders = new Set<string>();

/** Writes name, version and licence text of every package whose code is in one of the bundles. */
export function thirdPartyNotices(): Plugin {
  return {
    name: 'third-party-notices',
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(async ({ metafile }) => {
        for (const output of Object.values(metafile?.outputs ?? {})) {
          for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
            const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
            if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
          }
        }
        const notices = await Promise.all([...folders].sort().map(notice));
        await writeFile(
          OUTPUT,
          `The files dist/index.js and dist/metrics.js contain code of these packages. Written by \`npm run build\` (build/third-party-notices.ts).\n${notices.join('')}`,
        );
      });
    },
  };
}

async function notice(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  const licence = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  const text =
    licence === undefined ? `Licence: ${manifest.license}` : await readFile(join(folder, licence), 'utf8');
  return `\n${'='.repeat(80)}\n${manifest.name} ${manifest.version} (${manifest.license})\n\n${text.trim()}\n`;
}
