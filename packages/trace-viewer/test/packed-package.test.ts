/** The package as users get it: packed, installed alone in an empty folder, run. Needs our dist. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
/** As npm has it for scripts of this repository, `npm_…` would make it work on this repository again. */
const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key)));
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trace-viewer-packed-'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: PACKAGE, env });
  const [tarball] = readdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  // No dependency: nothing is asked of a registry.
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder, env });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('nothing but the package is installed, with its page and notices', () => {
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@uat']);
  const files = readdirSync(join(folder, 'node_modules/@uat/trace-viewer'), { recursive: true }).map(String);
  for (const file of [
    'README.md',
    'LICENSE',
    'THIRD-PARTY-NOTICES.txt',
    'dist/page/page.js',
    'dist/index.d.ts',
  ]) {
    expect(files).toContain(file);
  }
  expect(files.filter((file) => /src|test|bench/.test(file))).toEqual([]);
});

test('its command serves the page', async () => {
  const child = spawn(process.execPath, [join(folder, 'node_modules/.bin/trace-viewer'), '--port', '0'], {
    cwd: folder,
  });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const url = /http:\S+/.exec(line)?.[0];
    for (const path of ['/', '/assets/page.js', '/assets/page.css', '/assets/icon.svg']) {
      expect((await fetch(`${url}${path}`)).status, path).toBe(200);
    }
  } finally {
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  }
});

test('the example of the README', async () => {
  const program = `
    import { startTraceViewer } from '@uat/trace-viewer';
    import { renderWaterfall } from '@uat/trace-viewer/terminal';

    const viewer = await startTraceViewer({ port: 0 });
    const order = JSON.stringify({ resourceSpans: [{
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] },
      scopeSpans: [{ spans: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'POST /orders', kind: 2,
        startTimeUnixNano: '1', endTimeUnixNano: '5000001', status: { code: 2 } }] }] }] });
    await fetch(viewer.url + '/v1/traces', { method: 'POST', headers: { 'content-type': 'application/json' }, body: order });
    const trace = await viewer.waitForTrace('service:checkout status:error');
    console.log(renderWaterfall(trace.spans));
    await viewer.close();
  `;
  writeFileSync(join(folder, 'app.js'), program);
  const { stdout } = await run(process.execPath, ['app.js'], { cwd: folder });
  expect(stdout).toMatch(/checkout: POST \/orders +█+ +5\.00 ms/);
});
