export type Theme = 'system' | 'light' | 'dark';

const KEY = 'trace-viewer.theme';
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** Where the browser may not store anything, the choice is kept for as long as the page is there. */
let kept: string | null = null;

/** @returns what the user chose; what the system says where they did not */
export function chosenTheme(): Theme {
  const stored = read();
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY) ?? kept;
  } catch {
    return kept;
  }
}

export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length] as Theme;
  kept = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Storage is blocked, or full.
  }
  applyTheme();
  return next;
}

export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
