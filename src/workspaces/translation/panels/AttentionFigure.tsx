import type { FigureName } from '../state.ts';
import { useTranslation } from '../use-translation.ts';
import { AttentionMatrix } from './AttentionMatrix.tsx';
import { AttentionRibbons } from './AttentionRibbons.tsx';

/** The selected head, as matrix or as ribbons. */
export function AttentionFigure({ side }: { readonly side: FigureName }) {
  const view = useTranslation((state) => state.display.view);
  return view === 'matrix' ? <AttentionMatrix side={side} /> : <AttentionRibbons side={side} />;
}
