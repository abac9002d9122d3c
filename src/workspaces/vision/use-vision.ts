import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { VisionSession } from './session.ts';
import type { VisionState } from './state.ts';

export const VisionContext = createContext<VisionSession | null>(null);

/** The session of the workspace that the component stands in. */
export function useSession(): VisionSession {
  const session = useContext(VisionContext);
  if (!session) throw new Error('a Vision panel was drawn outside the Vision workspace');
  return session;
}

/** A slice of the workspace's state; the component draws again when it changes. */
export function useVision<Slice>(select: (state: VisionState) => Slice): Slice {
  return useStore(useSession().store, select);
}
