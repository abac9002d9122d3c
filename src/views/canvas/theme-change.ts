/**
 * Calls back when the theme changes, by the page's switch (`data-theme` of the root) or by the
 * system, since a canvas does not follow custom properties by itself.
 * @returns ends the watch
 */
export function onThemeChange(callback: () => void): () => void {
  const observer = new MutationObserver(callback);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const systemTheme = matchMedia('(prefers-color-scheme: dark)');
  systemTheme.addEventListener('change', callback);
  return () => {
    observer.disconnect();
    systemTheme.removeEventListener('change', callback);
  };
}
