import { useCallback, useMemo } from 'react';
import { withTokens } from '../../../engine/attention-changes.ts';
import { TokenLine } from '../../../views/token-line/TokenLine.tsx';
import { pairOfToken, pointedTokens } from '../pointing.ts';
import { stretchOf } from '../source-stretch.ts';
import { usePaneWeights } from '../use-pointing.ts';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';

/** The token under the pointer or pinned, in a text. */
function useMarked(text: 'source' | 'target'): number | null {
  const stack = useTranslation((state) => state.stack);
  const marked = useTranslation((state) => state.hovered ?? state.pinned);
  return marked ? pointedTokens(stack, marked)[text] : null;
}

function useHover(text: 'source' | 'target'): (token: number | null) => void {
  const session = useSession();
  const stack = useTranslation((state) => state.stack);
  return useCallback(
    (token: number | null) => session.view.hover(pairOfToken(stack, text, token)),
    [session, stack, text],
  );
}

/** The source as the model reads it; what is looked at lights up. */
export function SourceTokens() {
  const session = useSession();
  const source = useShown('main')?.source;
  const stack = useTranslation((state) => state.stack);
  const selected = useTranslation((state) => state.sourceToken);
  const weights = usePaneWeights().source;
  const marked = useMarked('source');
  const hover = useHover('source');
  const isHiding = useTranslation((state) => state.isHiding);
  const isMerged = useTranslation((state) => state.display.isMerged);
  const hidden = useTranslation((state) => state.changes.present.hiddenTokens);
  const select = useCallback(
    (token: number) => {
      if (!isHiding || !source) {
        session.view.selectSourceToken(token);
        return;
      }
      // A whole word where words are shown.
      const tokens = isMerged
        ? source.words.flatMap((word, other) => (word === source.words[token] ? [other] : []))
        : [token];
      session.changes.edit((changes) => {
        const isHidden = tokens.every((other) => changes.hiddenTokens.includes(other));
        return withTokens(changes, tokens, !isHidden);
      });
    },
    [session, isHiding, isMerged, source],
  );
  const sentence = useMemo(() => (source ? stretchOf(source) : null), [source]);
  if (!source || !sentence) return null;
  return (
    <TokenLine
      text={sentence.text}
      spans={sentence.spans}
      special={source.special}
      tokens={source.tokens}
      weights={weights}
      struck={hidden}
      selected={stack === 'encoder' ? selected : null}
      hovered={marked}
      label="Source tokens"
      showSpecial
      onHover={hover}
      onSelect={select}
    />
  );
}

/** The target as the model wrote it, the probability of each token as a line under it. */
export function TargetTokens() {
  const session = useSession();
  const shown = useShown('main');
  const selected = useTranslation((state) => state.targetToken);
  const weights = usePaneWeights().target;
  const marked = useMarked('target');
  const hover = useHover('target');
  const select = useCallback((token: number) => session.view.selectTargetToken(token), [session]);
  const probabilities = useMemo(
    () => shown?.steps.map(({ logProbability }) => Math.exp(logProbability)) ?? null,
    [shown],
  );
  if (!shown) return null;
  const { target } = shown;
  return (
    <TokenLine
      text={target.text}
      spans={target.spans}
      special={target.special}
      tokens={target.tokens}
      probabilities={probabilities}
      weights={weights}
      selected={selected}
      hovered={marked}
      label="Target tokens"
      showSpecial
      onHover={hover}
      onSelect={select}
    />
  );
}
