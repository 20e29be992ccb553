/**
 * `npm run package`: the zip that Grafana installs. Builds, signs when there is a token, packs.
 *
 * GRAFANA_ACCESS_POLICY_TOKEN   a token with `plugins:write` from grafana.com; without it the plugin stays unsigned
 * GRAFANA_ROOT_URLS             for a private plugin: the addresses of the Grafanas that may load it, comma separated
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { zipEntries } from './zip-entries.ts';

const SIGN = '@grafana/sign-plugin@3.3.3';
const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const { GRAFANA_ACCESS_POLICY_TOKEN: token, GRAFANA_ROOT_URLS: rootUrls } = process.env;

execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });
// A manifest of an earlier build does not fit to this one.
rmSync(join(dist, 'MANIFEST.txt'), { force: true });
if (token) {
  const urls = rootUrls ? ['--rootUrls', rootUrls] : [];
  execFileSync('npx', ['--yes', SIGN, ...urls], { cwd: root, stdio: 'inherit' });
}

const { id, info } = JSON.parse(readFileSync(join(dist, 'plugin.json'), 'utf8')) as {
  id: string;
  info: { version: string };
};
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const name = `${id}-${info.version}.zip`;
mkdirSync(join(root, 'packed'), { recursive: true });
const zip = zipSync(
  zipEntries(
    id,
    files.map((path) => ({ path: path.slice(dist.length + 1), content: readFileSync(path) })),
  ),
  { level: 9 },
);
writeFileSync(join(root, 'packed', name), zip);
console.log(
  `packed/${name}: ${files.length} files, ${Math.ceil(zip.length / 1024)} KiB, ${token ? 'signed' : 'unsigned'}`,
);
