/** Dark or light: the system's setting, or what the person chose and this browser remembers. */
export type Theme = 'dark' | 'light';

const storageKey = 'heed-theme';

function storedTheme(): Theme | null {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'dark' || stored === 'light' ? stored : null;
  } catch {
    // Storage may be forbidden; the system's setting then holds.
    return null;
  }
}

export function currentTheme(): Theme {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  return storedTheme() ?? (dark ? 'dark' : 'light');
}

export function applyStoredTheme(): void {
  const theme = storedTheme();
  if (theme) document.documentElement.dataset['theme'] = theme;
}

export function toggleTheme(): Theme {
  const theme = currentTheme() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(storageKey, theme);
  } catch {
    // The choice then lasts as long as the page.
  }
  return theme;
}
