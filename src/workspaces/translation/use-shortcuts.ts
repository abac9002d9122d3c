import { useCallback } from 'react';
import { withHeadToggled } from '../../engine/attention-changes.ts';
import { within } from '../../math/within.ts';
import { useShortcutKeys } from '../../views/shortcuts/use-shortcut-keys.ts';
import type { TranslationSession } from './session.ts';

const arrows: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
};

function press(session: TranslationSession, key: string): boolean {
  const { main, stack, targetToken, isPlaying, isHiding, display } = session.store.getState();
  const size = main.info?.stacks[stack];
  if (!main.run) return false;
  const { layer, head, isMean } = main.heads[stack];
  const arrow = arrows[key];
  if (arrow !== undefined) session.view.selectTargetToken(targetToken + arrow);
  else if (key === 'Escape') session.view.pin(null);
  else if (key === ' ') session.view.setPlaying(!isPlaying);
  else if (key === 'h') session.view.setHiding(!isHiding);
  else if (key === 'x' && size && !isMean)
    session.changes.edit((changes) => withHeadToggled(changes, { stack, layer, head }));
  else if (key === 'm') session.view.setDisplay({ isMerged: !display.isMerged });
  else if (key === '[' && size) session.view.setHead({ layer: within(layer - 1, size.layerCount) });
  else if (key === ']' && size) session.view.setHead({ layer: within(layer + 1, size.layerCount) });
  else if (key === ',' && size) session.view.setHead({ head: within(head - 1, size.headCount) });
  else if (key === '.' && size) session.view.setHead({ head: within(head + 1, size.headCount) });
  else return false;
  return true;
}

/** Keys of `shortcuts.ts`, wherever the focus is but in something that uses them itself. */
export function useShortcuts(session: TranslationSession): void {
  useShortcutKeys(useCallback((key) => press(session, key), [session]));
}
