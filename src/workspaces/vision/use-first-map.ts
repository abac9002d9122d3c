import { useEffect, useState } from 'react';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import { useVision } from './use-vision.ts';

/**
 * Whether the first map has been painted, or there will be none.
 * @param turn how many paintings are waited for: what comes in turns is no long task
 */
export function useIsFirstMapPainted(turn = 1): boolean {
  const isDone = useVision(({ main, activity }) => main.run !== null || activity.kind === 'failed');
  const [isPainted, setIsPainted] = useState(isDone);
  useEffect(() => {
    if (!isDone || isPainted) return undefined;
    let left = turn;
    const takeTurn = (): void => {
      left -= 1;
      if (left === 0) setIsPainted(true);
      else if (left > 0) void nextPaint().then(takeTurn);
    };
    void nextPaint().then(takeTurn);
    return () => {
      left = 0;
    };
  }, [isDone, isPainted, turn]);
  return isPainted;
}
