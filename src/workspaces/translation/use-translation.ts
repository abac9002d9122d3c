import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { TranslationSession } from './session.ts';
import type { TranslationState } from './state.ts';

export const TranslationContext = createContext<TranslationSession | null>(null);

/** The session of the workspace that the component stands in. */
export function useSession(): TranslationSession {
  const session = useContext(TranslationContext);
  if (!session) throw new Error('a Translation panel was drawn outside its workspace');
  return session;
}

/** A slice of the workspace's state; the component draws again when it changes. */
export function useTranslation<Slice>(select: (state: TranslationState) => Slice): Slice {
  return useStore(useSession().store, select);
}
