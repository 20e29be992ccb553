import { spawn } from 'node:child_process';

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
};

/** Opens an address in the user's browser; where there is none, says so. */
export function openInBrowser(url: string, say: (text: string) => void): void {
  const [file = 'xdg-open', ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(file, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => say(`no browser could be opened (${file} is missing): open ${url} yourself`));
  child.unref();
}
