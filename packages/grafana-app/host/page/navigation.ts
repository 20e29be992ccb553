import type { PluginInclude } from '@grafana/data';

interface HostPlugin {
  readonly id: string;
  readonly name: string;
  readonly includes?: readonly PluginInclude[];
}

/** plugin.json, as the server has written it into the page. */
export const plugin = (window as unknown as { hostPlugin: HostPlugin }).hostPlugin;

const ROLES = ['Viewer', 'Editor', 'Admin'];

/** What Grafana's menu shows of a plugin: its pages and dashboards with `addToNav`, as far as the role may see them. */
export function navigationFor(role: string): readonly { readonly text: string; readonly url: string }[] {
  return (plugin.includes ?? [])
    .filter(({ addToNav, path }) => addToNav && path !== undefined)
    .filter((include) => mayOpen(include, role))
    .map(({ name, path, type }) => ({
      text: name,
      url: path!.replace('%PLUGIN_ID%', plugin.id).replace(/^(?!\/)/, type === 'page' ? '/' : '/d/'),
    }));
}

export function mayOpen({ role: wanted = 'Viewer' }: PluginInclude, role: string): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(wanted === '' ? 'Viewer' : wanted);
}

/** @returns the page of plugin.json at an address, if there is one */
export function includeAt(pathname: string): PluginInclude | undefined {
  return plugin.includes?.find(({ path }) => path?.replace('%PLUGIN_ID%', plugin.id) === pathname);
}

export function pageTitle(pathname: string): string {
  return includeAt(pathname)?.name ?? plugin.name;
}
