// `npm run generate -w dashboards`: writes what the sources say into `generated/`, and takes away what they no longer say.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED } from './print/printed-file.ts';
import { printedFiles } from './print/printed-files.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const OURS = ['prometheus', 'alertmanager', 'grafana', 'grafana-alerting', 'grafana-app', 'runbooks'];

const files = printedFiles();
for (const { path, text } of files) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const paths = new Set(files.map(({ path }) => path));
for (const folder of OURS) {
  for (const name of listed(join(root, GENERATED, folder))) {
    if (!paths.has(`${GENERATED}/${folder}/${name}`)) rmSync(join(root, GENERATED, folder, name));
  }
}
console.log(`${files.length} files written`);

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
