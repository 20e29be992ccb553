import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Names that the bundled OpenTelemetry packages import from `@opentelemetry/api` and that 1.9 lacks, with what stands
 * in for them. An ES module that imports a missing name does not even load.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  // Only ever called to count spans for nobody.
  createNoopMeter: `
const noopInstrument = { add() {}, record() {}, addCallback() {}, removeCallback() {} };
const noopMeter = new Proxy({}, { get: (_, name) => (String(name).startsWith('create') ? () => noopInstrument : () => {}) });
function createNoopMeter() { return noopMeter; }
`,
};

/** Lets the bundle run beside api 1.9 as well as 1.10. */
export function apiCompatibility(): Plugin {
  return {
    name: 'api-compatibility',
    setup(build) {
      build.onLoad({ filter: /node_modules[\\/]@opentelemetry[\\/].*\.m?js$/ }, async ({ path }) => {
        let contents = await readFile(path, 'utf8');
        for (const [name, standIn] of Object.entries(STAND_INS)) {
          const importOfName = new RegExp(
            `(import \\{[^}]*?)\\b${name}\\b,?\\s*([^}]*\\} from "@opentelemetry/api")`,
          );
          const memberOfAll = new RegExp(`\\bapi\\.${name}\\b`, 'g');
          if (importOfName.test(contents)) contents = contents.replace(importOfName, '$1$2') + standIn;
          else if (memberOfAll.test(contents)) contents = contents.replace(memberOfAll, name) + standIn;
        }
        return { contents, loader: 'js' };
      });
    },
  };
}
