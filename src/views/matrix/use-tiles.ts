import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { MatrixTiles } from './matrix-tiles.ts';
import type { TileLook } from './tile-job.ts';

export interface DrawnTiles {
  readonly tiles: MatrixTiles;
  /** Another number when there is more to draw. */
  readonly madeCount: number;
  /** Called after a drawing: makes what it wanted, a bit in each frame. */
  readonly makeWanted: () => void;
}

/** The tiles of a matrix, and a new drawing whenever one of them was finished. */
export function useTiles({ matrix, pooling, scale, palette }: TileLook): DrawnTiles {
  const tiles = useMemo(
    () => new MatrixTiles({ matrix, pooling, scale, palette }),
    [matrix, pooling, scale, palette],
  );
  const [madeCount, setMadeCount] = useState(0);
  const frame = useRef<number | null>(null);
  useEffect(
    () => () => {
      if (frame.current !== null) cancelAnimationFrame(frame.current);
      frame.current = null;
    },
    [],
  );
  const makeWanted = useCallback(() => {
    // What other values wanted is no longer made.
    if (frame.current !== null) cancelAnimationFrame(frame.current);
    const step = () => {
      frame.current = null;
      if (tiles.work()) setMadeCount((count) => count + 1);
      else if (!tiles.isComplete) frame.current = requestAnimationFrame(step);
    };
    frame.current = tiles.isComplete ? null : requestAnimationFrame(step);
  }, [tiles]);
  return { tiles, madeCount, makeWanted };
}
