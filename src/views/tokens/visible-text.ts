/** Signs for white space that would not be seen; any other white space becomes the first. */
const signs: Readonly<Record<string, string>> = {
  ' ': '␣',
  '\n': '↵',
  '\r': '↵',
  '\t': '⇥',
  '\u00A0': '⍽',
};
const anyWhiteSpace = /\s/gu;
const onlyWhiteSpace = /^\s+$/u;
/** Control and format characters: bidirectional marks, joiners, bytes below 32. */
const onlyInvisible = /^[\p{Cc}\p{Cf}\p{Variation_Selector}]+$/u;

/** Every white-space character as a sign: ` the` becomes `␣the`. */
export function showWhiteSpace(text: string): string {
  return text.replaceAll(anyWhiteSpace, (character) => signs[character] ?? '␣');
}

/** Whether nothing of a text would be seen. */
export function isInvisible(text: string): boolean {
  return text === '' || onlyWhiteSpace.test(text) || onlyInvisible.test(text);
}

/**
 * A token as it is shown where it stands alone: itself, or signs where nothing of it would be seen
 * (`␣` for a space, `U+200F` for a mark, `∅` for no text at all).
 */
export function visibleToken(text: string): string {
  if (text === '') return '∅';
  if (onlyWhiteSpace.test(text)) return showWhiteSpace(text);
  if (!onlyInvisible.test(text)) return text;
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  }).join(' ');
}
