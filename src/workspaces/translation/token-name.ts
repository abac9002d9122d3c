import type { TokenizedText } from '../../engine/translation-protocol.ts';
import { visibleToken } from '../../views/tokens/visible-text.ts';

/** A token as it stands in the text; as the vocabulary spells it where it stands for none. */
export function tokenName({ text, spans, tokens }: TokenizedText, token: number): string {
  const [start, end] = spans[token] ?? [0, 0];
  return visibleToken(text.slice(start, end).trim() || (tokens[token] ?? ''));
}
