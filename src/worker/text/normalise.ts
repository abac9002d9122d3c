import {
  PrependNormalizer,
  ReplaceNormalizer,
  SequenceNormalizer,
  StripNormalizer,
  type Normalizer,
} from '@huggingface/tokenizers';
import { AlignedTextBuilder, originOf, type AlignedText } from './aligned-text.ts';

/**
 * One character and what combines with it: marks, and the vowels and final consonants of Korean
 * syllables. Unicode normalisation works within such a stretch.
 */
const STRETCH = /[^\n][\p{M}\u1160-\u11ff\ud7b0-\ud7ff]*|\n/gsu;

/**
 * Applies a tokenizer's normaliser and keeps track of where every unit came from, which the
 * library does not. The text is the library's own; only the origins are derived here.
 */
export function normalise(normaliser: Normalizer | null, input: AlignedText): AlignedText {
  if (normaliser === null) return input;
  if (normaliser instanceof SequenceNormalizer) {
    return normaliser.normalizers.reduce<AlignedText>((text, step) => normalise(step, text), input);
  }
  const output = normaliser.normalize(input.text);
  const aligned = alignStep(normaliser, input, output);
  return aligned.text === output ? aligned : alignMiddle(input, output);
}

/** What the step makes of the input, by its own rule. */
function alignStep(normaliser: Normalizer, input: AlignedText, output: string): AlignedText {
  if (output === input.text) return input;
  if (normaliser instanceof PrependNormalizer) return alignPrefix(input, output);
  if (normaliser instanceof StripNormalizer) return alignStripped(input, output);
  if (normaliser instanceof ReplaceNormalizer && normaliser.pattern !== null) {
    return alignReplaced(input, normaliser.pattern, replacement(normaliser));
  }
  return alignStretches(normaliser, input);
}

/** What is put before the text comes from its first character, as in the reference. */
function alignPrefix(input: AlignedText, output: string): AlignedText {
  const builder = new AlignedTextBuilder();
  const first = Math.min(1, input.text.length);
  builder.replace(input, 0, first, output.slice(0, output.length - input.text.length));
  builder.copy(input, 0, input.text.length);
  return builder.finish();
}

function alignStripped(input: AlignedText, output: string): AlignedText {
  const from = input.text.indexOf(output);
  const builder = new AlignedTextBuilder();
  builder.copy(input, from, from + output.length);
  return builder.finish();
}

function alignReplaced(input: AlignedText, pattern: RegExp, content: string): AlignedText {
  const builder = new AlignedTextBuilder();
  let done = 0;
  for (const match of input.text.matchAll(pattern)) {
    builder.copy(input, done, match.index);
    done = match.index + match[0].length;
    builder.replace(input, match.index, done, content);
  }
  builder.copy(input, done, input.text.length);
  return builder.finish();
}

function replacement(normaliser: ReplaceNormalizer): string {
  const { content } = normaliser.config;
  return typeof content === 'string' ? content : '';
}

/** For steps that change one character and its marks at a time. */
function alignStretches(normaliser: Normalizer, input: AlignedText): AlignedText {
  const builder = new AlignedTextBuilder();
  for (const { 0: stretch, index } of input.text.matchAll(STRETCH)) {
    let done = index;
    for (const part of splitStretch(normaliser, stretch)) {
      const end = done + part.length;
      const changed = normaliser.normalize(part);
      if (changed === part) builder.copy(input, done, end);
      else builder.replace(input, done, end, changed);
      done = end;
    }
  }
  return builder.finish();
}

/** A stretch of more characters than this is not split: only play has so many marks on a letter. */
const LONGEST_SPLIT = 16;

/** Splits a stretch where its parts change independently: a letter from marks that stay marks. */
function splitStretch(normaliser: Normalizer, stretch: string): string[] {
  const characters = Array.from(stretch);
  if (characters.length < 2 || characters.length > LONGEST_SPLIT) return [stretch];
  const whole = normaliser.normalize(stretch);
  for (let count = 1; count < characters.length; count += 1) {
    const head = characters.slice(0, count).join('');
    const tail = stretch.slice(head.length);
    if (normaliser.normalize(head) + normaliser.normalize(tail) === whole) {
      return [head, ...splitStretch(normaliser, tail)];
    }
  }
  return [stretch];
}

/**
 * For a step that follows no rule known here: what is equal at both ends is aligned, and all
 * between comes from all between.
 */
function alignMiddle(input: AlignedText, output: string): AlignedText {
  const shorter = Math.min(input.text.length, output.length);
  let head = 0;
  while (head < shorter && input.text[head] === output[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && input.text.at(-1 - tail) === output.at(-1 - tail)) tail += 1;
  const builder = new AlignedTextBuilder();
  const end = input.text.length - tail;
  builder.copy(input, 0, head);
  builder.add(output.slice(head, output.length - tail), ...originOf(input, head, end));
  builder.copy(input, end, input.text.length);
  return builder.finish();
}
