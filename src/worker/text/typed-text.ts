import { fail } from '../failure.ts';

/** Characters that a translation may be asked for at once. */
export const LONGEST_TEXT = 2000;

/** White space, controls, and marks that cannot be seen. */
const INVISIBLE = /^[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * The text as the engine reads it: a lone half of a surrogate pair, which has no UTF-8, becomes
 * U+FFFD. Positions stay as they were typed.
 * @throws HeedFailure `text-invalid` if there is nothing to see in it, or too much of it
 */
export function checkTypedText(text: string): string {
  // An upper bound first, so that a huge paste costs nothing.
  if (text.length > LONGEST_TEXT && countCharacters(text) > LONGEST_TEXT) {
    fail(
      'text-invalid',
      `The text is too long: at most ${LONGEST_TEXT.toLocaleString('en')} characters are translated at once.`,
      `${text.length} UTF-16 units`,
    );
  }
  if (INVISIBLE.test(text)) fail('text-invalid', 'There is no text to translate yet.');
  return repairSurrogates(text);
}

/** Lone surrogates become U+FFFD, one for one. */
export function repairSurrogates(text: string): string {
  return text.replaceAll(LONE_SURROGATE, '\ufffd');
}

/** Counts code points, and stops soon after the limit. */
function countCharacters(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length && count <= LONGEST_TEXT; count += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return count;
}
