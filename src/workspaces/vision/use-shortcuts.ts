import { useEffect } from 'react';
import { withHeadToggled } from '../../engine/attention-changes.ts';
import type { VisionSession } from './session.ts';
import type { VisionState } from './state.ts';

const arrows: Readonly<Record<string, readonly [column: number, row: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Elements that use the arrow keys or letters themselves. */
const keyUsers =
  'input, textarea, select, dialog, [contenteditable], [role=grid] *, [role=grid], [role=tab], [role=radio], [role=menu] *, [data-uses-keys], [data-uses-keys] *';

/** The nearest of 0 to count - 1. */
function within(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value));
}

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
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      if (target instanceof Element && target.closest(keyUsers)) {
        // Sliders keep their arrows; letters and brackets still work from them.
        const isSlider = target.matches('input[type=range]');
        if (!isSlider || event.key in arrows || event.key === 'Escape') return;
      }
      if (press(session, event.key)) event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [session]);
}
