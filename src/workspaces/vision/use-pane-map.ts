import { useMemo } from 'react';
import { createScale, type Scale } from '../../math/scales.ts';
import { type PaneMap, paneMap, patchesOfRows, tokenValues } from './pane-map.ts';
import type { PaneName } from './state.ts';
import { useVision } from './use-vision.ts';

/** The map of a pane at the present query, or null before there is one. */
export function usePaneMap(name: PaneName): PaneMap | null {
  const matrix = useVision((state) => state[name]?.matrix ?? null);
  const run = useVision((state) => state[name]?.run ?? null);
  const query = useVision((state) => state.query);
  const direction = useVision((state) => state.direction);
  return useMemo(() => {
    if (!matrix || !run || matrix.queryCount !== run.tokenCount) return null;
    if (query >= run.tokenCount) return null;
    return paneMap(tokenValues(matrix, query, direction), run.specialTokens.length);
  }, [matrix, run, query, direction]);
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
export function useMapScale(map: PaneMap | null): Scale | null {
  const kind = useVision((state) => state.display.scale);
  return useMemo(() => (map ? createScale(kind, map.patches) : null), [map, kind]);
}
