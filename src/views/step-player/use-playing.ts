import { useEffect, useRef } from 'react';

export interface Playing {
  readonly isPlaying: boolean;
  readonly stepCount: number;
  /** Counted from 0. */
  readonly step: number;
  readonly stepMs: number;
  readonly onStep: (step: number) => void;
  readonly onPlayingChange: (isPlaying: boolean) => void;
}

/**
 * Goes on by a step every `stepMs` while playing, and ends at the last step. Where the person wants
 * less motion it goes to the last step at once.
 */
export function usePlaying({
  isPlaying,
  stepCount,
  step,
  stepMs,
  onStep,
  onPlayingChange,
}: Playing): void {
  const latest = useRef({ onStep, onPlayingChange });
  useEffect(() => {
    latest.current = { onStep, onPlayingChange };
  }, [onStep, onPlayingChange]);

  useEffect(() => {
    if (!isPlaying) return undefined;
    const last = stepCount - 1;
    if (step >= last) {
      latest.current.onPlayingChange(false);
      return undefined;
    }
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      latest.current.onStep(last);
      return undefined;
    }
    const timer = setTimeout(() => latest.current.onStep(step + 1), stepMs);
    return () => clearTimeout(timer);
  }, [isPlaying, stepCount, step, stepMs]);
}
