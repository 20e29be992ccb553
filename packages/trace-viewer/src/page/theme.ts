export type Theme = 'system' | 'light' | 'dark';

const KEY = 'trace-viewer.theme';
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** @returns what the user chose; what the system says where they did not */
export function chosenTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length] as Theme;
  localStorage.setItem(KEY, next);
  applyTheme();
  return next;
}

export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
