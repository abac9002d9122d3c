import type { ReactNode } from 'react';
import { useIsFirstMapPainted } from '../use-first-map.ts';

interface Props {
  /** Counted from 1. */
  readonly turn: number;
  readonly children: ReactNode;
}

/**
 * What stands beside or below the first map: it is drawn once that has been painted, so that nobody
 * waits for both, one turn after the other.
 */
export function AfterFirstMap({ turn, children }: Props) {
  return useIsFirstMapPainted(turn) && children;
}
