import { useCallback } from 'react';
import { withHeadToggled } from '../../engine/attention-changes.ts';
import { within } from '../../math/within.ts';
import { useShortcutKeys } from '../../views/shortcuts/use-shortcut-keys.ts';
import type { VisionSession } from './session.ts';
import type { VisionState } from './state.ts';

const arrows: Readonly<Record<string, readonly [column: number, row: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The query that an arrow key leads to; from a special token it leads to the middle patch. */
export function movedQuery(state: VisionState, [columns, rows]: readonly [number, number]): number {
  const { main, query } = state;
  if (!main.run) return query;
  const { geometry, specialTokens } = main.run;
  const { gridColumns, gridRows } = geometry;
  const first = specialTokens.length;
  if (query < first)
    return first + Math.floor(gridRows / 2) * gridColumns + Math.floor(gridColumns / 2);
  const column = ((query - first) % gridColumns) + columns;
  const row = Math.floor((query - first) / gridColumns) + rows;
  return first + within(row, gridRows) * gridColumns + within(column, gridColumns);
}

function press(session: VisionSession, key: string): boolean {
  const state = session.store.getState();
  const { view, run } = state.main;
  if (!run) return false;
  const arrow = arrows[key];
  if (arrow) session.view.setQuery(movedQuery(state, arrow));
  else if (key === 'Escape') session.view.setQuery(0);
  else if (key === '[') session.view.setView({ layer: within(view.layer - 1, run.layerCount) });
  else if (key === ']') session.view.setView({ layer: within(view.layer + 1, run.layerCount) });
  else if (key === ',') session.view.setView({ head: within(view.head - 1, run.headCount) });
  else if (key === '.') session.view.setView({ head: within(view.head + 1, run.headCount) });
  else if (key === 'r') session.view.setView({ lens: view.lens === 'rollout' ? 'raw' : 'rollout' });
  else if (key === 'd') session.view.setDirection(state.direction === 'row' ? 'column' : 'row');
  else if (key === 'x')
    session.changes.edit((changes) =>
      withHeadToggled(changes, { stack: 'self', layer: view.layer, head: view.head }),
    );
  else if (key === 'h') session.view.setHidingPatches(!state.isHidingPatches);
  else if (key === 'c' && state.compare) session.comparison.close();
  else if (key === 'c') session.comparison.open();
  else return false;
  return true;
}

/** Keys of `shortcuts.ts`, wherever the focus is but in something that uses them itself. */
export function useShortcuts(session: VisionSession): void {
  useShortcutKeys(useCallback((key) => press(session, key), [session]));
}
