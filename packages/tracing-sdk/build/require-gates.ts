import { copyFile, writeFile } from 'node:fs/promises';

/**
 * The entries for `require()`: each loads the very ES module that `import` loads, so that there is one instance, or says
 * in one sentence that this Node cannot. (Where it can but is below 22.15, initTracing says the same and stays out.)
 */
export async function writeRequireGates(entries: readonly string[]): Promise<void> {
  for (const entry of entries) {
    await writeFile(
      `dist/${entry}.cjs`,
      `'use strict';
if (!process.features.require_module) {
  throw new Error(
    '@uat/tracing-sdk needs Node.js 22.15 or newer, this is ' + process.versions.node + '. Upgrade Node.js, or remove the require of @uat/tracing-sdk.',
  );
}
module.exports = require('./${entry}.js');
`,
    );
    // The declarations name no relative files, so the same text serves both module kinds.
    await copyFile(`dist/${entry}.d.ts`, `dist/${entry}.d.cts`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
