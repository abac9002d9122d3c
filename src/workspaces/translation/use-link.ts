import { useEffect } from 'react';
import { keepAddress } from '../../views/address/keep-address.ts';
import { writeLink } from './link.ts';
import type { TranslationSession } from './session.ts';

/** What follows `#/translation?`, or null for another workspace's address. */
export function parametersOf(hash: string): string | null {
  const match = /^#\/?translation(?:\?(.*))?$/s.exec(hash);
  return match ? (match[1] ?? '') : null;
}

/** Keeps the address and the workspace's state alike, both ways. */
export function useLink(session: TranslationSession): void {
  useEffect(
    () =>
      keepAddress({
        subscribe: session.store.subscribe,
        write: () => {
          const state = session.store.getState();
          // A text that was refused, or is being typed, is not worth a link.
          const isShown = state.activity.kind === 'ready' && state.alert === null;
          if (!state.main.run || !isShown || parametersOf(location.hash) === null) return null;
          return `#/translation?${writeLink(state)}`;
        },
        follow: () => {
          const parameters = parametersOf(location.hash);
          if (parameters) void session.openLink(parameters);
        },
      }),
    [session],
  );
}
