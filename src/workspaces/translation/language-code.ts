import { languageName } from '../../engine/language-names.ts';

/** `>>fra<<` and what stands behind it, at the beginning of a text. */
const coded = /^\s*(>>[\w-]+<<)\s*/;

/** The code that a text begins with, or null. */
export function codeOfText(text: string): string | null {
  return coded.exec(text)?.[1] ?? null;
}

/** The text with another code in front, or with none. */
export function withCode(text: string, code: string | null): string {
  const body = text.replace(coded, '');
  return code === null ? body : `${code} ${body}`;
}

/**
 * The text as a model of these codes reads it: one of them in front, the first if the text names none
 * that it knows; none for a model that knows none.
 */
export function fittedText(text: string, codes: readonly string[]): string {
  const code = codeOfText(text);
  if (codes.length === 0) return code === null ? text : withCode(text, null);
  return code !== null && codes.includes(code) ? text : withCode(text, codes[0] ?? null);
}

/** `French` for `>>fra<<`; the code itself where it has no name. */
export function nameOfCode(code: string): string {
  const bare = code.slice(2, -2);
  const [language = '', ...variant] = bare.split(/[_-]/);
  const name = languageName(language);
  if (name === null) return bare;
  return variant.length === 0 ? name : `${name} (${variant.join(' ')})`;
}
