import type { Zippable } from 'fflate';

export interface PackedFile {
  /** Within the plugin's folder. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** The earliest time that a zip can hold: the same files are the same zip. */
const TIME = new Date(1980, 0, 1);

/** Grafana wants one folder in the zip, with the name of the plugin. */
export function zipEntries(id: string, files: readonly PackedFile[]): Zippable {
  return Object.fromEntries(
    files
      .map(({ path, content }) => [`${id}/${path.replaceAll('\\', '/')}`, content] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, content]) => [path, [content, { mtime: TIME }] as const]),
  ) as unknown as Zippable;
}
