import { expect, test } from 'vitest';
import { builtPlugin, type Submission } from './built-plugin.ts';
import { RULES } from './validator-rules.ts';

const plugin = builtPlugin();

test.each(Object.entries(RULES))('%s', (_name, rule) => {
  expect(rule(plugin)).toEqual([]);
});

/** The plugin with one file otherwise. */
const withFile = (where: keyof Submission, path: string, change: (text: string) => string): Submission => ({
  ...plugin,
  [where]: { ...plugin[where], [path]: change(plugin[where][path] ?? '') },
});
const withJson = (
  change: (json: Record<string, unknown> & { info: Record<string, unknown> }) => void,
): Submission =>
  withFile('dist', 'plugin.json', (text) => {
    const json = JSON.parse(text);
    change(json);
    return JSON.stringify(json);
  });
const without = (path: string): Submission => {
  const { [path]: _, ...dist } = plugin.dist;
  return { ...plugin, dist };
};
const code = (text: string): Submission =>
  withFile('source', 'src/module.tsx', (before) => `${before}\n${text}\n`);

/** A plugin that each rule has to refuse, so that none says yes to everything. */
const BROKEN: Readonly<Record<string, Submission>> = {
  metadata: withJson((json) => {
    json.info.version = '%VERSION%';
  }),
  typesuffix: withJson((json) => {
    json.type = 'panel';
  }),
  pluginname: withJson((json) => {
    json.name = json.id;
  }),
  org: withJson((json) => {
    json.info.author = {};
  }),
  metadatapaths: withJson((json) => {
    json.info.logos = { small: 'img/none.svg', large: '/img/logo.svg' };
  }),
  logos: withJson((json) => {
    json.info.logos = { small: 'img/logo.png', large: 'img/logo.png' };
  }),
  unsafesvg: withFile('dist', 'img/logo.svg', () => '<svg onload="x()"/>'),
  screenshots: withJson((json) => {
    json.info.screenshots = [];
  }),
  discoverability: withJson((json) => {
    json.info.keywords = [];
  }),
  readme: withFile('dist', 'README.md', () => '# UAT'),
  templatereadme: withFile(
    'dist',
    'README.md',
    (text) => `${text}\nThis template is a starting point for an app`,
  ),
  brokenlinks: withFile('dist', 'README.md', (text) => `${text}\n[more](docs/more.md)`),
  changelog: withFile('dist', 'CHANGELOG.md', () => ''),
  license: without('LICENSE'),
  modulejs: without('module.js'),
  jssourcemap: without('module.js.map'),
  sourcecode: code('export const other = 1;'),
  packagejson: withFile('source', 'package.json', () => '{"version":"9.9.9"}'),
  grafanadependency: withJson((json) => {
    json.dependencies = { grafanaDependency: '>=13.2.0 <14.0.0' };
  }),
  circulardependencies: withJson((json) => {
    json.dependencies = { grafanaDependency: '>=13.2.0', plugins: [{ id: json.id }] };
  }),
  nestedmetadata: withFile('dist', 'more/plugin.json', () => '{}'),
  buildtools: withFile('source', '.config/webpack/webpack.config.ts', () => ''),
  legacyplatform: withFile('dist', 'module.js', (text) => `${text};require("app/plugins/sdk")`),
  legacybuilder: withFile(
    'source',
    'package.json',
    () => '{"devDependencies":{"@grafana/grafana-toolkit":"1"}}',
  ),
  trackingscripts: withFile('dist', 'module.js', (text) => `${text}//www.googletagmanager.com`),
  coderules: code("console.log('here');"),
  reactcompat: code('Home.defaultProps = {};'),
  'colours are tokens of the theme': code("const colour = '#ff0000';"),
  'module.js is small': withFile('dist', 'module.js', (text) => text.padEnd(40_000)),
  'one page is the first': withJson((json) => {
    json.includes = [];
  }),
  'languages are there': withJson((json) => {
    json.languages = ['tlh'];
  }),
  'dashboards are importable': withFile('dist', 'dashboards/uat-vector-database.json', (text) =>
    JSON.stringify({ ...JSON.parse(text), revision: undefined }),
  ),
};

test.each(Object.entries(RULES))('%s: refuses what it is there for', (name, rule) => {
  expect(BROKEN[name], 'no example of what it refuses').toBeDefined();
  expect(rule(BROKEN[name]!)).not.toEqual([]);
});
