import { useEffect, useState, type ReactNode } from 'react';
import { nextPaint } from '../../../views/canvas/next-paint.ts';
import { useVision } from '../use-vision.ts';

/**
 * What stands beside or below the first map: it is drawn once that has been painted, so that nobody
 * waits for both.
 */
export function AfterFirstMap({ children }: { readonly children: ReactNode }) {
  const hasRun = useVision((state) => state.main.run !== null);
  const [isPainted, setIsPainted] = useState(hasRun);
  useEffect(() => {
    if (!hasRun || isPainted) return undefined;
    let isGone = false;
    void nextPaint().then(() => {
      if (!isGone) setIsPainted(true);
    });
    return () => {
      isGone = true;
    };
  }, [hasRun, isPainted]);
  return isPainted && children;
}
