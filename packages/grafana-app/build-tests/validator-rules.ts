import { type Files, pluginJson, type Submission } from './built-plugin.ts';

/** @returns what is wrong, one line each */
export type Rule = (plugin: Submission) => readonly string[];

const MAX_MODULE_BYTES = 30 * 1024;
const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[\w.]+)?$/;

function containing(files: Files, which: RegExp, patterns: readonly RegExp[]): string[] {
  return Object.entries(files).flatMap(([path, text]) =>
    which.test(path)
      ? patterns.filter((pattern) => pattern.test(text)).map((pattern) => `${path}: ${pattern}`)
      : [],
  );
}

/** Sources of the plugin itself: no tests, as the validator has it. */
const CODE = /^src\/(?!.*\.(test|spec|fixture)\.).*\.tsx?$/;

function imagePaths(plugin: Submission): string[] {
  const { logos, screenshots = [] } = pluginJson(plugin).info;
  return [logos.small, logos.large, ...screenshots.map(({ path }) => path)];
}

/**
 * The rules of `grafana/plugin-validator` that need neither a network nor another program and concern an app without a
 * backend, named as there; and, last, what this plugin promises of itself.
 */
export const RULES: Readonly<Record<string, Rule>> = {
  metadata: (plugin) => {
    const { id, type, info } = pluginJson(plugin);
    return [
      ...(/^[0-9a-z]+-([0-9a-z]+-)?app$/.test(id) ? [] : [`id ${id}`]),
      ...(type === 'app' ? [] : [`type ${type}`]),
      ...(SEMVER.test(info.version) ? [] : [`version ${info.version}`]),
      ...(/^\d{4}-\d{2}-\d{2}$/.test(info.updated) ? [] : [`updated ${info.updated}`]),
    ];
  },
  typesuffix: (plugin) => {
    const { id, type } = pluginJson(plugin);
    return id.endsWith(`-${type}`) ? [] : [`${id} does not end with ${type}`];
  },
  pluginname: (plugin) => {
    const { id, name } = pluginJson(plugin);
    return name.trim() === '' || name === id ? [`name "${name}"`] : [];
  },
  org: (plugin) => (pluginJson(plugin).info.author?.name ? [] : ['no author']),
  metadatapaths: (plugin) =>
    imagePaths(plugin).flatMap((path) =>
      /^(\.|\/|\w+:)/.test(path)
        ? [`${path} is not relative`]
        : plugin.dist[path] === undefined
          ? [`${path} is missing`]
          : [],
    ),
  logos: (plugin) =>
    imagePaths(plugin)
      .slice(0, 2)
      .flatMap((path) => (path.endsWith('.svg') ? [] : [`${path} is no SVG`])),
  unsafesvg: ({ dist }) =>
    containing(dist, /\.svg$/, [/<script/i, /\son\w+\s*=/i, /javascript:/i, /<foreignObject/i]),
  screenshots: (plugin) => {
    const shots = pluginJson(plugin).info.screenshots ?? [];
    if (shots.length === 0) return ['there are none'];
    return shots.flatMap(({ path, name }) => (/\.(png|jpe?g|svg|webp)$/.test(path) && name ? [] : [path]));
  },
  discoverability: (plugin) => {
    const { description = '', keywords = [] } = pluginJson(plugin).info;
    return [
      ...(description.trim() === '' ? ['no description'] : []),
      ...(keywords.length < 2 ? ['keywords'] : []),
    ];
  },
  readme: ({ dist }) =>
    (dist['README.md'] ?? '').trim().length > 200 ? [] : ['README.md says next to nothing'],
  templatereadme: ({ dist }) =>
    containing(dist, /^README\.md$/, [
      /This template is a starting point/,
      /# Grafana app plugin template/i,
      /Grafana Scenes App Template/i,
    ]),
  brokenlinks: ({ dist }) =>
    [...(dist['README.md'] ?? '').matchAll(/\]\(([^)\s]+)/g)].flatMap(([, target = '']) =>
      /^(https:\/\/|#)/.test(target) ? [] : [`${target} leads nowhere from the catalog`],
    ),
  changelog: (plugin) =>
    (plugin.dist['CHANGELOG.md'] ?? '').includes(pluginJson(plugin).info.version)
      ? []
      : ['CHANGELOG.md does not name this version'],
  license: ({ dist }) =>
    /Apache License\s+Version 2\.0/.test(dist.LICENSE ?? '') ? [] : ['LICENSE is not Apache 2.0'],
  modulejs: ({ dist }) =>
    dist['module.js']?.startsWith('/* [create-plugin]') || dist['module.js']?.includes('define(')
      ? []
      : ['module.js is missing, or no AMD module'],
  jssourcemap: ({ dist }) =>
    Object.keys(dist).flatMap((path) =>
      path.endsWith('.js') && dist[`${path}.map`] === undefined ? [`${path} has no map`] : [],
    ),
  sourcecode: ({ dist, source }) => {
    const wrong: string[] = [];
    for (const [path, text] of Object.entries(dist)) {
      if (!path.endsWith('.js.map')) continue;
      const { sources = [], sourcesContent = [] } = JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
      for (const [index, name] of (sources as string[]).entries()) {
        const [, own] = /^webpack:\/\/[\w-]+\/\.\/((?!node_modules)[^?]+\.tsx?)$/.exec(name) ?? [];
        if (own === undefined) continue;
        const file = source[own] ?? source[`src/${own}`];
        if (file === undefined) wrong.push(`${own} of ${path} is not among the sources`);
        else if (
          Buffer.from(file, 'latin1').toString('utf8').trim() !== (sourcesContent as string[])[index]?.trim()
        )
          wrong.push(`${own} differs from ${path}`);
      }
    }
    return wrong;
  },
  packagejson: (plugin) => {
    const { version } = JSON.parse(plugin.source['package.json'] ?? '{}');
    return version === pluginJson(plugin).info.version ? [] : [`package.json is ${version}`];
  },
  grafanadependency: (plugin) => {
    const { grafanaDependency } = pluginJson(plugin).dependencies;
    return /^>=\d+\.\d+\.\d+(-\d+)?$/.test(grafanaDependency) ? [] : [grafanaDependency];
  },
  circulardependencies: (plugin) => {
    const { id, dependencies } = pluginJson(plugin);
    return (dependencies.plugins ?? []).some((each) => each.id === id) ? ['depends on itself'] : [];
  },
  nestedmetadata: ({ dist }) => Object.keys(dist).filter((path) => path.endsWith('/plugin.json')),
  buildtools: ({ source }) =>
    source['.config/webpack/webpack.config.ts']?.includes('@grafana/create-plugin')
      ? []
      : ['.config/webpack/webpack.config.ts is not create-plugin’s'],
  legacyplatform: ({ dist }) =>
    containing(dist, /\.js$/, [
      /['"]app\/(core|plugins\/sdk|features)/,
      /\b(PanelCtrl|QueryCtrl|MetricsPanelCtrl)\b/,
      /getLegacyAngularInjector/,
    ]),
  legacybuilder: ({ source }) =>
    /grafana-toolkit/.test(source['package.json'] ?? '') ? ['@grafana/toolkit'] : [],
  trackingscripts: ({ dist }) =>
    containing(dist, /\.js$/, [
      /google-analytics\.com/,
      /googletagmanager\.com/,
      /hs-scripts\.com/,
      /cdn\.segment\.com/,
      /mixpanel\.com/,
      /hotjar\.com/,
    ]),
  coderules: ({ source }) =>
    containing(source, CODE, [
      /\bconsole\.(log|info|table|debug|dir|group|time|trace|count)\(/,
      /\bwindow\.(grafanaBootData|grafanaRuntime|__grafanaSceneContext|open\(|location\b(?!\.reload\(\)))/,
      /featureToggles\.topnav/,
      /__SECRET_INTERNALS/,
      /import\s+['"].*\.(css|scss|less)['"]/,
      /import\s*\{[^}]*\bGlobal\b[^}]*\}\s*from\s*['"]@emotion\/react['"]/,
      /@ts-ignore/,
      /\bfetch\(['"`]\/?api\/ds\/query/,
      /(^|[^.\w])(alert|confirm|prompt)\(/m,
    ]),
  reactcompat: ({ source }) =>
    containing(source, CODE, [
      /findDOMNode/,
      /\.propTypes\s*=/,
      /\.defaultProps\s*=/,
      /ReactDOM\.render\(/,
      /unmountComponentAtNode/,
    ]),

  'colours are tokens of the theme': ({ source }) =>
    containing(source, CODE, [/['"`:\s]#([0-9a-f]{3}|[0-9a-f]{6})['"`;]/i, /\brgba?\(/]),
  'module.js is small': ({ dist }) => {
    const bytes = dist['module.js']?.length ?? 0;
    return bytes <= MAX_MODULE_BYTES ? [] : [`module.js has ${bytes} bytes`];
  },
  'one page is the first': (plugin) =>
    (pluginJson(plugin).includes ?? []).filter(({ defaultNav }) => defaultNav).length === 1
      ? []
      : ['defaultNav'],
  'languages are there': (plugin) => {
    const { languages = [], id } = pluginJson(plugin);
    return languages.flatMap((language) =>
      plugin.dist[`locales/${language}/${id}.json`] === undefined ? [language] : [],
    );
  },
  'dashboards are importable': (plugin) => {
    const wrong: string[] = [];
    const titles = new Set<string>();
    for (const { type, name, uid, path = '' } of pluginJson(plugin).includes ?? []) {
      if (type !== 'dashboard') continue;
      const text = plugin.dist[path];
      if (text === undefined) {
        wrong.push(`${path} is missing`);
        continue;
      }
      const dashboard = JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
      if (dashboard.uid !== uid) wrong.push(`${path} has the uid ${dashboard.uid}`);
      if (dashboard.title !== name) wrong.push(`${path} has the title ${dashboard.title}`);
      if (dashboard.id != null) wrong.push(`${path} has an id`);
      if (dashboard.__inputs !== undefined) wrong.push(`${path} asks for inputs`);
      // Without it Grafana leaves an older one as it is.
      if (!Number.isInteger(dashboard.revision)) wrong.push(`${path} has no revision`);
      if (titles.has(dashboard.title)) wrong.push(`${dashboard.title} twice: Grafana matches by title`);
      titles.add(dashboard.title);
    }
    return wrong;
  },
};
