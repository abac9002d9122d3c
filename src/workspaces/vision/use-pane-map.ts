import { useMemo } from 'react';
import { createScale, linearScale, type Scale } from '../../math/scales.ts';
import { type PaneMap, patchesOfRows } from './pane-map.ts';
import type { PaneName } from './state.ts';
import { useSession, useVision } from './use-vision.ts';

/** The map of a pane at the present query, or null before there is one. */
export function usePaneMap(name: PaneName): PaneMap | null {
  const matrix = useVision((state) => state[name]?.matrix ?? null);
  const view = useVision((state) => state[name]?.view ?? null);
  // A run brings the query's row of every head: a single head's map needs no further message.
  const rows = useVision((state) => (name === 'main' ? state.rows : null));
  const run = useVision((state) => state[name]?.run ?? null);
  const query = useVision((state) => state.query);
  const direction = useVision((state) => state.direction);
  const maps = useSession().paneMaps[name];
  return view && maps.of({ run, view, matrix, rows, query, direction });
}

/** Every head's patches at the present query: [layer, head, patch]. */
export function useHeadPatches(): Float32Array | null {
  const rows = useVision((state) => state.rows);
  const run = useVision((state) => state.main.run);
  return useMemo(
    () =>
      rows && run && rows.length === run.layerCount * run.headCount * run.tokenCount
        ? patchesOfRows(rows, run)
        : null,
    [rows, run],
  );
}

/** The scale of a pane's overlay: of its own map alone, since a peak elsewhere would darken it. */
export function useMapScale(map: PaneMap | null): Scale {
  const kind = useVision((state) => state.display.scale);
  return useMemo(() => (map ? createScale(kind, map.patches) : linearScale(0, 1)), [map, kind]);
}
