/**
 * `npm run size`: what the built plugin costs who opens Grafana. Ends with 1 when it is more than it may be.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** KiB. Grafana loads module.js at its own start, for everybody. */
const MODULE = 30;
/** KiB. Of all code together, which is more than any page loads. */
const ALL_CODE = 150;

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const sizes = readdirSync(dist)
  .filter((name) => name.endsWith('.js'))
  .map((name) => [name, statSync(join(dist, name)).size / 1024] as const)
  .sort(([, a], [, b]) => b - a);
const entry = sizes.find(([name]) => name === 'module.js')?.[1];
if (entry === undefined) throw new Error('dist/module.js is missing: npm run build');
const all = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [name, size] of sizes) console.log(`${size.toFixed(1).padStart(8)} KiB  ${name}`);
console.log(
  `${all.toFixed(1).padStart(8)} KiB  all code, of ${ALL_CODE}; module.js ${entry.toFixed(1)} of ${MODULE}`,
);
if (entry > MODULE || all > ALL_CODE) process.exitCode = 1;
