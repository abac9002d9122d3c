import { useEffect } from 'react';
import { keepAddress } from '../../views/address/keep-address.ts';
import { writeLink } from './link.ts';
import type { VisionSession } from './session.ts';

/** What follows `#/vision?`, or null for another workspace's address; the plain page is Vision. */
export function parametersOf(hash: string): string | null {
  const match = /^(?:#\/?(?:vision)?)?(?:\?(.*))?$/s.exec(hash);
  return match ? (match[1] ?? '') : null;
}

/** Keeps the address and the workspace's state alike, both ways. */
export function useLink(session: VisionSession): void {
  useEffect(
    () =>
      keepAddress({
        subscribe: session.store.subscribe,
        write: () => {
          const state = session.store.getState();
          if (!state.main.run || parametersOf(location.hash) === null) return null;
          return `#/vision?${writeLink(state)}`;
        },
        follow: () => {
          const parameters = parametersOf(location.hash);
          if (parameters) void session.openLink(parameters);
        },
      }),
    [session],
  );
}
