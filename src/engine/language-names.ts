/** `German` for `de` or `deu`; null for what is no code of a language. */
export function languageName(code: string): string | null {
  if (!/^[a-z]{2,3}$/.test(code)) return null;
  const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  return names.of(code) ?? null;
}
