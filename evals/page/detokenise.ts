/**
 * Tokenised text back to ordinary text, keeping where each token stands: what
 * `training/translation/detokenise.py` does.
 *
 * Gold alignments count the tokens of files in which punctuation stands apart and, in some, French
 * elisions and contractions are written out (`le ordre`, `de le ministre`). A model trained on
 * ordinary text should be given ordinary text: `l'ordre`, `du ministre`.
 */
import type { TextSpan } from '../../src/engine/translation-protocol.ts';

export interface DetokenisedText {
  readonly text: string;
  /** Of each token, in `text`; never empty. */
  readonly spans: readonly TextSpan[];
}

/** `expanded`: French with elisions and contractions written out, as in the Canadian Hansards. */
export type Spelling = 'english' | 'french' | 'expanded-french';

/** No space before these, in either language. */
const beforeNothing = /^(?:[,.)\]%…]|\.\.\.)$/u;
const englishTight = /^(?:[?!;:]|'(?:s|t|re|ve|ll|d|m)?|n't)$/iu;
/** No space after these. */
const afterNothing = /^[([$]$/u;
const elided = /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|presqu|aujourd)'$/iu;
const elides = /^(?:le|la|de|je|ne|que|se|me|te|ce|jusque|lorsque|puisque|quelque)$/iu;
const vowel =
  /^(?:[aeiouàâéèêëîïôûùœ]|y$|hon|homme|heure|histoire|habit|hésit|hiver|hôpit|hypoth)/iu;
const notElided = /^(?:onz|oui$)/iu;
const elidesCe = /^(?:est|était|étaient|en)$/iu;
/** Each as what is left of its two tokens. */
const contracted: Readonly<Record<string, readonly [string, string]>> = {
  'de le': ['d', 'u'],
  'de les': ['de', 's'],
  'à le': ['a', 'u'],
  'à les': ['au', 'x'],
};

interface Word {
  readonly text: string;
  /** The rest of a contraction, whose beginning is the word before. */
  readonly isRest: boolean;
}

/** `le` before `ordre` becomes `l'`; `ce` only before `est` and its like, none before numbers. */
function elide(token: string, following: string): string {
  if (!elides.test(token) || !vowel.test(following) || notElided.test(following)) return token;
  if (token.toLowerCase() === 'ce' && !elidesCe.test(following)) return token;
  if (token.toLowerCase() === 'quelque' && !/^une?$/iu.test(following)) return token;
  return `${token.slice(0, -1)}'`;
}

function isUpperCase(letter: string): boolean {
  return letter !== letter.toLowerCase() && letter === letter.toUpperCase();
}

/** Joins elisions and splits contractions over their two tokens: `d` and `u`. */
function contract(tokens: readonly string[]): Word[] {
  const words = tokens.map((token, index) => {
    const following = tokens[index + 1];
    return { text: following === undefined ? token : elide(token, following), isRest: false };
  });
  for (let index = 0; index + 1 < words.length; index += 1) {
    const pair = words.slice(index, index + 2).map(({ text }) => text);
    const parts = contracted[pair.join(' ').toLowerCase()];
    if (parts === undefined || words[index]?.isRest) continue;
    const [head, rest] = parts;
    const isCapital = isUpperCase(pair[0]?.[0] ?? '');
    const text = isCapital ? head.charAt(0).toUpperCase() + head.slice(1) : head;
    words.splice(index, 2, { text, isRest: false }, { text: rest, isRest: true });
  }
  return words;
}

function isTight(word: Word, before: string, isFrench: boolean): boolean {
  if (word.isRest || beforeNothing.test(word.text) || afterNothing.test(before)) return true;
  if (!isFrench) return englishTight.test(word.text);
  if (elided.test(before.replaceAll('’', "'"))) return true;
  return [word.text, before].some((text) => text === '-' || text === "'");
}

/** The sentence as one would write it. */
export function detokenise(tokens: readonly string[], spelling: Spelling): DetokenisedText {
  const words =
    spelling === 'expanded-french'
      ? contract(tokens)
      : tokens.map((text) => ({ text, isRest: false }));
  let text = '';
  const spans = words.map((word, index): TextSpan => {
    const before = words[index - 1];
    if (before && !isTight(word, before.text, spelling !== 'english')) text += ' ';
    const start = text.length;
    text += word.text;
    return [start, text.length];
  });
  return { text, spans };
}

/**
 * How French is spelled: whether more elisions and contractions are written out than are not.
 * @param lines tokens of each sentence
 */
export function findFrenchSpelling(lines: readonly (readonly string[])[]): Spelling {
  let writtenOut = 0;
  let joined = 0;
  for (const tokens of lines) {
    for (const [index, token] of tokens.entries()) {
      const following = tokens[index + 1] ?? '';
      if (elide(token, following) !== token) writtenOut += 1;
      if (Object.hasOwn(contracted, `${token} ${following}`.toLowerCase())) writtenOut += 1;
      if (/^['’]$/u.test(token) || elided.test(token.replaceAll('’', "'"))) joined += 1;
    }
  }
  return writtenOut > joined ? 'expanded-french' : 'french';
}
