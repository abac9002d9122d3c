import { describePane } from './pane-words.ts';
import type { PaneName } from './state.ts';
import { useVision } from './use-vision.ts';

/** What a pane shows, in words. */
export function usePaneWords(pane: PaneName): string {
  return useVision((state) => describePane(state, pane));
}
