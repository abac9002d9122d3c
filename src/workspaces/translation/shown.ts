import type {
  DecodingStep,
  HypothesisResult,
  StackAttention,
  TokenizedText,
  TranslationStackName,
} from '../../engine/translation-protocol.ts';
import { liveAttention } from './live.ts';
import type { ChangedState, FigureName, Side, TranslationState } from './state.ts';

/** The sentence that a side shows: the one under way, or a hypothesis of the last translation. */
export interface ShownSentence {
  readonly source: TokenizedText;
  readonly target: TokenizedText;
  readonly steps: readonly DecodingStep[];
  /** Null while it is under way. */
  readonly score: number | null;
  readonly isFinished: boolean;
}

/** What of a side is shown; null before there is any. */
export function shownSentence(
  { live, run }: Pick<Side, 'live' | 'run'>,
  sentence: number,
  hypothesis: number,
): ShownSentence | null {
  if (live) {
    const under = live[Math.min(sentence, live.length - 1)];
    if (under)
      return {
        source: under.source,
        target: under.target,
        steps: under.steps,
        score: null,
        isFinished: false,
      };
  }
  const result = run?.sentences[sentence];
  const found = result?.hypotheses[hypothesis] ?? result?.hypotheses[0];
  if (!result || !found) return null;
  return {
    source: result.source,
    target: found.target,
    steps: found.steps,
    score: found.score,
    isFinished: found.finished,
  };
}

/** The matrices of what is shown; null where they are not read yet or the model has none. */
export function shownAttention(
  { live, read, info }: Pick<Side, 'live' | 'read' | 'info'>,
  stack: TranslationStackName,
  sentence: number,
  hypothesis: number,
): StackAttention | null {
  if (live) {
    const under = live[Math.min(sentence, live.length - 1)];
    const size = info?.stacks.cross;
    if (under && size)
      return stack === 'cross' && under.rows.length > 0 ? liveAttention(under, size) : null;
  }
  if (!read || read.stack !== stack || read.sentence !== sentence) return null;
  return read.hypothesis === hypothesis ? read.attention : null;
}

/** The hypothesis that is shown, as the engine gave it; null while one is under way. */
export function shownHypothesis({
  main,
  sentence,
  hypothesis,
}: Pick<TranslationState, 'main' | 'sentence' | 'hypothesis'>): HypothesisResult | null {
  if (main.live) return null;
  const result = main.run?.sentences[sentence];
  return result?.hypotheses[hypothesis] ?? result?.hypotheses[0] ?? null;
}

/** What the changes did to what is shown; null for no changes, or while they are run. */
export function changedHere(
  state: Pick<TranslationState, 'main' | 'sentence' | 'hypothesis' | 'changed'>,
): ChangedState | null {
  const { changed } = state;
  return changed !== null && changed.base === shownHypothesis(state) ? changed : null;
}

/** The new translation that changes led to; null for none. */
export function changedSentence(changed: ChangedState | null): ShownSentence | null {
  const [best] = changed?.result.sentence.hypotheses ?? [];
  if (!changed || !best) return null;
  const { target, steps, score, finished } = best;
  return { source: changed.result.sentence.source, target, steps, score, isFinished: finished };
}

/** What decides which weights are looked at. */
type InView = Pick<TranslationState, 'main' | 'sentence' | 'hypothesis' | 'changed' | 'weightsOf'>;

/** The same, where the weights under the changes are looked at. */
export function changedInView(state: InView): ChangedState | null {
  return state.weightsOf === 'after' ? changedHere(state) : null;
}

/** A figure's matrices as they are looked at: the main one's under the changes, if so chosen. */
export function attentionInView(
  state: InView & Pick<TranslationState, 'compare' | 'stack'>,
  name: FigureName,
): StackAttention | null {
  const { stack, sentence } = state;
  if (name === 'changed') {
    const readNew = changedHere(state)?.readNew;
    return readNew?.stack === stack ? readNew.attention : null;
  }
  const side = state[name];
  if (side === null) return null;
  if (name === 'compare') return shownAttention(side, stack, sentence, 0);
  const changed = changedInView(state);
  if (changed !== null) return changed.read?.stack === stack ? changed.read.attention : null;
  return shownAttention(side, stack, sentence, state.hypothesis);
}

/** The whole translation, a line for each sentence; the chosen hypothesis of the chosen sentence. */
export function targetLines(
  { live, run }: Pick<Side, 'live' | 'run'>,
  sentence: number,
  hypothesis: number,
): string[] {
  const texts = live
    ? live.map(({ target }) => target.text)
    : (run?.sentences ?? []).map(({ hypotheses }, index) => {
        const chosen = index === sentence ? hypotheses[hypothesis] : undefined;
        return (chosen ?? hypotheses[0])?.target.text ?? '';
      });
  // A line break inside a sentence would look like two sentences.
  return texts.map((text) => text.replaceAll(/\s*\n\s*/g, ' '));
}
